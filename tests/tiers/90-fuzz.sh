# libFuzzer with ASan and UBSan: every target runs its corpus, and in full 60 s of new inputs.
# when: full
# limit: 15m
source "$(dirname "$0")/lib.sh"
has_tests 'tests/fuzz/fuzz_'*.c || skip "no tests/fuzz/fuzz_*.c yet"
check build tools/build fuzz || exit 1

fuzz() {                                           # one target; new inputs stay in build/, artifacts too
  local target=$1 work=build/fuzz/work/$1 found=build/fuzz/found/$1
  mkdir -p "$work" "$found" "tests/fuzz/corpus/$target"
  local args=(-max_total_time="${SZ_FUZZ_SECONDS:-60}" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
    -artifact_prefix="$found/")
  [ ! -e "tests/fuzz/$target.dict" ] || args+=(-dict="tests/fuzz/$target.dict")
  "build/fuzz/tests/fuzz/fuzz_$target" "${args[@]}" "$work" "tests/fuzz/corpus/$target" >"build/fuzz/$target.log" 2>&1 && return
  tail -n 60 "build/fuzz/$target.log"
  echo "the input is in $found; run: build/fuzz/tests/fuzz/fuzz_$target FILE"
  return 1
}
running=0
for source in tests/fuzz/fuzz_*.c; do
  target=$(basename "$source" .c); target=${target#fuzz_}
  check "$target" fuzz "$target" &
  running=$((running + 1))
  if [ "$running" -ge "$(nproc)" ]; then wait -n; running=$((running - 1)); fi
done
wait
