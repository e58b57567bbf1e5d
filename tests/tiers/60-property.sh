# Random campuses, rules and streams in every order against the reference that recomputes everything.
# when: quick
# limit: 40m
# computes: yes
source "$(dirname "$0")/lib.sh"
[ -e tests/property/run.py ] || skip "no tests/property/run.py yet"
need_program
check drawn "$python" tests/property/drawn.py
# 2,000 campuses in full, each in one way of arriving, in turn; SZ_TURNS=0 takes every way of each
suite property "$python" tests/property/run.py --seeds "${SZ_SEEDS:-$(at_level 40 300 2000)}" --turns "${SZ_TURNS:-1}"
