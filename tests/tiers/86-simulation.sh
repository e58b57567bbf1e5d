# The engine in one thread with twins of store, stream, sink and hosts: kept seeds, 500 fixed ones, 60 s of fresh ones,
# and the mutants, each of which a seed must catch.
# when: full
# limit: 40m
source "$(dirname "$0")/lib.sh"
check build tools/build release simulation simulation-mutants || exit 1
sim=build/release/tests/simulation
check kept "$sim" --file tests/sim/kept.txt
check fixed "$sim" --seeds 1-500
fresh=$(mktemp)
check fresh "$sim" --seconds "${SZ_SIM_SECONDS:-60}" >"$fresh"; cat "$fresh"
note "$(grep '^fresh seeds' "$fresh")"; rm -f "$fresh"
while read -r mutant; do check "$mutant" build/release/tests/simulation-mutants --mutant "$mutant"; done < <("$sim" --mutants)
