# Random campuses, rules and streams in every order against the reference that recomputes everything.
# when: quick
# limit: 12m
source "$(dirname "$0")/lib.sh"
[ -e tests/property/run.py ] || skip "no tests/property/run.py yet"
need_program
suite property "$python" tests/property/run.py --seeds "${SZ_SEEDS:-$(at_level 40 300 2000)}"
