"""Half-open spans [from, to) of instants: the arithmetic of leaves, holidays and feeds that are down."""
Span = tuple[int, int]


def union(spans: list[Span]) -> list[Span]:
    out: list[Span] = []
    for lo, hi in sorted(s for s in spans if s[0] < s[1]):
        if out and lo <= out[-1][1]: out[-1] = (out[-1][0], max(hi, out[-1][1]))
        else: out.append((lo, hi))
    return out


def overlap(spans: list[Span], lo: int, hi: int) -> int:
    """How long `spans` (a union) cover [lo, hi)."""
    return sum(min(b, hi) - max(a, lo) for a, b in spans if a < hi and lo < b and lo < hi)


def covers(spans: list[Span], t: int) -> bool: return any(a <= t < b for a, b in spans)


def edges(spans: list[Span]) -> set[int]: return {t for s in spans for t in s}
