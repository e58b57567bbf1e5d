"""Real servers for tests, benchmarks and anyone who tries: Kafka in KRaft mode and Redis in four forms, on free loopback ports.

    with Kafka(tmp / "kafka") as kafka, Redis(tmp / "redis", "sentinel") as redis:
        kafka.create_topic("campus.events", partitions=3)
        ... kafka.bootstrap, redis.url ...

A test's servers end with the test, also when it is killed. tools/kafka and tools/redis are the same for people: their servers stay
until `stop`. What is known of them is in FOLDER/servers.json, so another process can go on where this one ended.
"""
from .kafka import Kafka
from .process import NotReady, wait_until
from .redis import ALL_WRITTEN, Redis
from .relay import Gate, Picky, Relay
from .resp import RespError, RespConnection

__all__ = ["ALL_WRITTEN", "Gate", "Kafka", "Redis", "NotReady", "Picky", "Relay", "RespConnection", "RespError", "wait_until"]
