"""Civil time of the campus. Instants are integer milliseconds since the epoch, days are whole numbers since 1970-01-01.

Asia/Shanghai has had no clock change since 1991, so a constant offset is enough; another zone is refused in campus.py.
"""
import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
OFFSET = 8 * HOUR
ZONE = timezone(timedelta(milliseconds=OFFSET))
EPOCH = date(1970, 1, 1).toordinal()
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
INFINITY = 1 << 62


def day_of(t: int) -> int: return (t + OFFSET) // DAY


def day_start(day: int) -> int: return day * DAY - OFFSET


def night_of(t: int) -> int: return (t + OFFSET - DAY // 2) // DAY  # noon to noon, named by its evening (8)


def night_start(night: int) -> int: return night * DAY - OFFSET + DAY // 2


def weekday(day: int) -> int: return (day + 3) % 7  # 0 is Monday


def as_date(day: int) -> date: return date.fromordinal(day + EPOCH)


def clock(t: int) -> str:
    minutes = (t + OFFSET) % DAY // MINUTE
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def parse_clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * HOUR + int(minutes) * MINUTE


def is_day(value: object) -> bool: return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)))


def parse_day(value: object) -> int: return date.fromisoformat(str(value)[:10]).toordinal() - EPOCH


@lru_cache(4096, typed=True)
def parse_time(value: object) -> int:
    """RFC 3339, without offset campus time, or epoch milliseconds; ValueError otherwise."""
    if isinstance(value, bool): raise ValueError(value)
    if isinstance(value, int): return value
    text = str(value).replace(" ", "T").replace("Z", "+00:00")
    if not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text): raise ValueError(value)
    t = datetime.fromisoformat(text)
    t = t.replace(tzinfo=ZONE) if t.tzinfo is None else t
    return round((t - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds() * 1000)


def parse_duration(text: str) -> int | None:
    m = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", text.strip())
    return int(float(m[1]) * UNITS[m[2]]) if m else None


def rfc3339(t: int) -> str:
    when = datetime.fromtimestamp(t // 1000, ZONE).replace(microsecond=t % 1000 * 1000)
    return when.isoformat(timespec="milliseconds" if t % 1000 else "seconds")
