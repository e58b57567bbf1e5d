# libFuzzer with ASan and UBSan: every target runs its corpus and new inputs from a fixed seed, for forty seconds or a fixed number.
# when: full
# limit: 30m
# computes: by the clock
source "$(dirname "$0")/lib.sh"
has_tests 'tests/fuzz/fuzz_'*.c || skip "no tests/fuzz/fuzz_*.c yet"
check build tools/build fuzz fuzz_programs || exit 1
suite fuzz tests/fuzz/run
