# The program as a user runs it: each tests/system/test_*.{py,sh} is one test or ends with its own counts.
# when: normal
# limit: 30m
source "$(dirname "$0")/lib.sh"
need_program
shopt -s nullglob
tests=(tests/system/test_*.py tests/system/test_*.sh)
[ ${#tests[@]} -gt 0 ] || skip "no tests/system/test_* yet"
for t in "${tests[@]}"; do
  case $t in *.py) with=$python ;; *.sh) with=bash ;; esac
  echo "$(basename "$t") timeout --foreground -k 10 900 $with $t"
done | side_by_side "$(nproc)"
