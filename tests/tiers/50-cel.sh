# CEL conformance: ../shared/cel and tests/cel/own through `sanzao eval --suite`, against the floors of tests/cel/floors.txt.
# when: normal
# limit: 10m
# may skip: the suites lie outside the project
source "$(dirname "$0")/lib.sh"
need_shared cel/core
need_program
"$python" tests/cel/run.py "$shared/cel" >>"$result"
