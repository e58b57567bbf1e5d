# Plugs pulled out of the engine, Kafka and Redis: each fault a few times (SZ_PLUGS=full: 200,000 events and the promised numbers), then
# any of them at random under load, on three brokers; and a short part of tests/tsan/run. All of them mostly wait, for sessions to end and
# commits to settle, so two go side by side. About six minutes, and as many more as chaos is given beyond three.
# when: full
# waits: yes
# builds: tsan sanzao
# limit: 40m
# setup: tests
source "$(dirname "$0")/lib.sh"
missing=$(tools/setup --tests --check) || skip "$missing"
need_program
side_by_side 2 <<END
test_plugs.py timeout --foreground -k 10 ${SZ_PLUGS_SECONDS:-1200} $python tests/plugs/test_plugs.py
tsan timeout --foreground -k 10 1200 tests/tsan/run hup_has_every while_records_come sigterm_drains
chaos timeout --foreground -k 10 1200 $python bench/chaos --brokers 3 --minutes ${SZ_CHAOS_MINUTES:-3}
END
