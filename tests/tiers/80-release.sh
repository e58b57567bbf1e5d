# The release build: what the pure modules call, and that tools/setup brings every library that the program needs.
# when: normal
# limit: 40m
# computes: yes
source "$(dirname "$0")/lib.sh"
check build tools/build release sanzao || exit 1        # every module; its tests run in dev, clang and with sanitizers
check symbols tools/check-symbols
check packages tools/check-packages

# What is built for how it runs says what the plain program says.
says() {
  local work; work=$(mktemp -d "${TMPDIR:-/tmp}/sanzao-fast.XXXXXX")
  build/release/sanzao simulate --seed 11 --students 200 --days 60 --out "$work/campus" >"$work/out" 2>&1 || { cat "$work/out"; rm -rf "$work"; return 1; }
  for build in release fast; do
    for order in sorted arrival; do
      "build/$build/sanzao" run --source "file:$work/campus/events.ndjson" --order $order --campus "$work/campus/campus" --rules rules \
        --state "sqlite:$work/$build.$order.db" --alerts "file:$work/$build.$order.alerts" --dead-letters "file:$work/$build.$order.dead" >"$work/out" 2>&1 || {
        cat "$work/out"; rm -rf "$work"; return 1; }
    done
  done
  local rc=0 order what
  for order in sorted arrival; do
    [ -s "$work/release.$order.alerts" ] && [ -s "$work/release.$order.dead" ] || { echo "$order: no alert or no dead letter to compare"; rc=1; }
    for what in alerts dead; do cmp "$work/release.$order.$what" "$work/fast.$order.$what" || rc=1; done
  done
  rm -rf "$work"
  return $rc
}
if [ "$SZ_LEVEL" = full ]; then
  check build-fast tools/build fast && check fast-says-the-same says
fi
