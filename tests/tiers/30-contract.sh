# tests/contract: one suite a port, run against every adapter.
# when: quick
# limit: 20m
source "$(dirname "$0")/lib.sh"
has_tests 'tests/contract/test_'*.c || skip "no tests/contract/test_*.c yet"
ctest_label dev contract
