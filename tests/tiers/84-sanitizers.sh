# Unit, contract and some of the cases under AddressSanitizer and UBSan.
# when: full
# builds: asan
# limit: 30m
source "$(dirname "$0")/lib.sh"
export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
check build tools/build asan || exit 1
ctest_label asan unit
ctest_label asan contract
SANZAO=$root/build/asan/sanzao
if [ -x "$SANZAO" ] && [ -e "$shared/cases/run.py" ]; then
  "$python" tests/cases/run.py "$shared/cases" --quiet --only records.yaml traps.yaml episodes.yaml >>"$result"
else
  note "without the cases: they or the program are not here"
fi
