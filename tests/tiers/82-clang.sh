# Without a warning in clang too, the simulation's sources and the mutants' included. Nothing is built for that: what clang compiles
# runs its unit tests and contracts in the next tier, with sanitizers. Only pool and heap are others there, so theirs run here, plain.
# Where that tier runs too, clang is asked here only for what it does not compile there, where the same warnings are errors.
# when: full
# limit: 20m
# build: no
# computes: yes
source "$(dirname "$0")/lib.sh"
but=()
case " ${SZ_TIERS:-} " in *" sanitizers "*) but=(--but-fuzz "$(IFS=,; echo "${sanitized[*]}")") ;; esac
check warnings tools/check-clang "${but[@]}"

plain() {                                           # plain UNIT   its test, of what that is made of alone
  local work rc; work=$(mktemp -d "${TMPDIR:-/tmp}/sanzao-clang.XXXXXX")
  clang -std=c17 -D_GNU_SOURCE -O1 -g -Iinclude -Itests src/base/{alloc,pages,pool,heap}.c "tests/unit/test_base_$1.c" -lcmocka -o "$work/test" &&
    "$work/test"
  rc=$?
  rm -rf "$work"
  return $rc
}
check pool plain pool
check heap plain heap
