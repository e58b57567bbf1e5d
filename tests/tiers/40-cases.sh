# The executable cases of ../shared/cases and tests/cases/own; what the language does not have yet is in tests/cases/unsupported.txt.
# when: normal
# limit: 20m
# may skip: the cases lie outside the project
source "$(dirname "$0")/lib.sh"
need_shared cases/run.py
need_program
"$python" tests/cases/run.py "$shared/cases" >>"$result"
