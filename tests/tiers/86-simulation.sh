# The engine in one thread with twins of store, stream, sink and hosts: kept seeds, 500 fixed ones, 60 s of fresh ones,
# and the mutants, each of which a seed must catch. Each is a process of one thread, so as many go side by side as there are cores.
# when: full
# limit: 40m
# computes: by the clock
source "$(dirname "$0")/lib.sh"
check build tools/build release simulation simulation-mutants || exit 1
sim=build/release/tests/simulation out=$(mktemp)
declare -A from=([tick-with-backlog]=441)           # few seeds catch it, and 464 is the first: the hundreds before say nothing of it
{
  echo "fresh $sim --seconds ${SZ_SIM_SECONDS:-60}"
  echo "fixed $sim --seeds 1-500"
  echo "kept $sim --file tests/sim/kept.txt"
  "$sim" --mutants | while read -r mutant; do
    echo "$mutant build/release/tests/simulation-mutants --mutant $mutant --seeds ${from[$mutant]:-1}-$((${from[$mutant]:-1} + 4999))"
  done
} | side_by_side "$(nproc)" >"$out"
cat "$out"
note "$(grep '^fresh seeds' "$out")"
rm -f "$out"
