# The release build: what the pure modules call, and that tools/setup brings every library that the program needs. With all tests the
# program itself is built once, as a machine room runs it (fast: the same flags and more); plain, it would be the seventh build of its sources.
# when: normal
# limit: 60m
# computes: yes
source "$(dirname "$0")/lib.sh"
mapfile -t pure < <(tools/check-symbols --modules | sed 's/^/sz_/')
case $SZ_LEVEL in
  full) check build tools/build release "${pure[@]}" || exit 1 ;;
  *) check build tools/build release sanzao || exit 1 ;;          # every module; its tests run in dev, clang and with sanitizers
esac
check symbols tools/check-symbols

# What is built for how it runs says what the plain program says.
says() {
  local work program build order; work=$(mktemp -d "${TMPDIR:-/tmp}/sanzao-fast.XXXXXX")
  "$SANZAO" simulate --seed 11 --students 200 --days 60 --out "$work/campus" >"$work/out" 2>&1 || { cat "$work/out"; rm -rf "$work"; return 1; }
  for build in plain fast; do
    program=$SANZAO; [ $build = plain ] || program=build/fast/sanzao
    for order in sorted arrival; do
      "$program" run --source "file:$work/campus/events.ndjson" --order $order --campus "$work/campus/campus" --rules rules \
        --state "sqlite:$work/$build.$order.db" --alerts "file:$work/$build.$order.alerts" --dead-letters "file:$work/$build.$order.dead" >"$work/out" 2>&1 || {
        cat "$work/out"; rm -rf "$work"; return 1; }
    done
  done
  local rc=0 what
  for order in sorted arrival; do
    [ -s "$work/plain.$order.alerts" ] && [ -s "$work/plain.$order.dead" ] || { echo "$order: no alert or no dead letter to compare"; rc=1; }
    for what in alerts dead; do cmp "$work/plain.$order.$what" "$work/fast.$order.$what" || rc=1; done
  done
  rm -rf "$work"
  return $rc
}
if [ "$SZ_LEVEL" = full ]; then
  check build-fast tools/build fast && check fast-says-the-same says
  check packages tools/check-packages build/fast/sanzao
else
  check packages tools/check-packages
fi
