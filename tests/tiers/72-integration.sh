# With real servers: Kafka and Redis on loopback, started and ended by each tests/integration/test_*.py.
# when: full
# waits: yes
# limit: 40m
# setup: tests
source "$(dirname "$0")/lib.sh"
missing=$(tools/setup --tests --check) || skip "$missing"
need_program
declare -A seen=()
slow=(tests/integration/test_{kafka_copies,state_repartition,kafka_members,kafka_compared}.py)     # first, so that nothing long is left for the end
for t in "${slow[@]}" tests/integration/test_*.py; do
  [ -z "${seen[$t]:-}" ] || continue
  seen[$t]=1
  echo "$(basename "$t") timeout --foreground -k 10 1200 $python $t"
done | side_by_side 2
