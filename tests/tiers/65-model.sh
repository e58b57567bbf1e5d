# tests/model: the once-only protocol through spin, variants that must fail and faults that it must stand.
# when: full
# limit: 40m
# computes: yes
# setup: tests
source "$(dirname "$0")/lib.sh"
command -v spin >/dev/null || skip "there is no spin: run tools/setup --tests"
suite model "$python" tests/model/run.py "$(at_level --quick --jobs=2 --all)"
