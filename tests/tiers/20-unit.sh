# tests/unit: one cmocka program a subject.
# when: quick
# limit: 20m
source "$(dirname "$0")/lib.sh"
has_tests 'tests/unit/test_'*.c || skip "no tests/unit/test_*.c yet"
ctest_label dev unit
check symbols tools/check-symbols build/dev
