# With real servers: Kafka and Redis on loopback, started and ended by each tests/integration/test_*.py.
# when: full
# limit: 20m
# setup: tests
source "$(dirname "$0")/lib.sh"
missing=$(tools/setup --tests --check) || skip "$missing"
need_program
for t in tests/integration/test_*.py; do
  suite "$(basename "$t")" timeout --foreground -k 10 600 "$python" "$t"
done
