"""The partition of a key, written a second time so that the program's own is compared with something."""


def murmur2(key: bytes) -> int:
    """As org.apache.kafka.common.utils.Utils.murmur2 computes it (Austin Appleby's MurmurHash2, seed 0x9747b28c), made positive."""
    m, mask = 0x5bd1e995, 0xffffffff
    h = 0x9747b28c ^ len(key)
    for i in range(0, len(key) - 3, 4):
        k = int.from_bytes(key[i:i + 4], "little") * m & mask
        h = (h * m ^ (k ^ k >> 24) * m) & mask
    rest = key[len(key) & ~3:]
    if rest: h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return (h ^ h >> 15) & 0x7fffffff
