# Random campuses, rules and streams in every order against the reference that recomputes everything.
# when: quick
# limit: 60m
# computes: yes
source "$(dirname "$0")/lib.sh"
[ -e tests/property/run.py ] || skip "no tests/property/run.py yet"
need_program
check drawn "$python" tests/property/drawn.py
# 1,400 campuses in full, as many as drawn.py looks at, each in one way of arriving, in turn; SZ_TURNS=0 takes every way of each,
# SZ_SEEDS others. In 1,000 not all of the language is drawn. The last of what runs behind: of so many small things both cores have
# work to the end.
suite property "$python" tests/property/run.py --seeds "${SZ_SEEDS:-$(at_level 40 300 1400)}" --turns "${SZ_TURNS:-1}"
