# Unit, contract and some of the cases under AddressSanitizer and UBSan, in the build that the fuzz targets need as well:
# clang's, with the same two. build/asan (gcc's) is for who wants to look closer.
# when: full
# limit: 60m
# computes: yes
source "$(dirname "$0")/lib.sh"
export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
check build tools/build fuzz "${sanitized[@]}" || exit 1
ctest_label fuzz unit
ctest_label fuzz contract
SANZAO=$root/build/fuzz/sanzao
if [ -x "$SANZAO" ] && [ -e "$shared/cases/run.py" ]; then
  "$python" tests/cases/run.py "$shared/cases" --quiet --only records.yaml traps.yaml episodes.yaml >>"$result"
else
  note "without the cases: they or the program are not here"
fi
