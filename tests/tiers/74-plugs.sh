# Plugs pulled out of the engine, Kafka and Redis: each fault a few times (SZ_PLUGS=full: 200,000 events and the promised numbers), then
# any of them at random under load, on three brokers. About four minutes, and then as many as chaos is given.
# when: full
# limit: 15m
# setup: tests
source "$(dirname "$0")/lib.sh"
missing=$(tools/setup --tests --check) || skip "$missing"
need_program
suite test_plugs.py timeout --foreground -k 10 "${SZ_PLUGS_SECONDS:-600}" "$python" tests/plugs/test_plugs.py
check chaos timeout --foreground -k 10 420 "$python" bench/chaos --brokers 3 --minutes "${SZ_CHAOS_MINUTES:-3}"
