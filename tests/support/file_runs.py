"""For tests of runs over files: a campus with its stream, runs over it, and what they leave."""
import json
from pathlib import Path

from lib import MAPPINGS, Campus, alerts, balance, sanzao, stamp, standing, write_lines

CAMPUS = Campus(21, students=24, days=9)
LINES = CAMPUS.lines()
UNTIL = ["--until", stamp(CAMPUS.until)]
BASE = ["--campus", "campus", "--rules", "rules", "--alerts", "file:alerts.ndjson", "--dead-letters", "file:dead.ndjson"]
STATE = ["--state", "sqlite:state.db"]
DOOR = MAPPINGS / "taidi-door.yaml"


def run(tmp: Path, *args, source="file:events.ndjson", rc=0, **how):
    result = sanzao(tmp, "run", "--source", source, *BASE, *args, rc=rc, **how)
    if rc == 0: balance(result.summary())
    return result


def outputs(tmp: Path) -> tuple[bytes, bytes]: return (tmp / "alerts.ndjson").read_bytes(), (tmp / "dead.ndjson").read_bytes()
def stands(tmp: Path) -> list[tuple]: return standing(alerts(tmp / "alerts.ndjson"))
def dead_letters(tmp: Path) -> list[dict]: return [json.loads(x) for x in (tmp / "dead.ndjson").read_bytes().splitlines()]


def whole(tmp: Path, order: str = "arrival") -> Path:
    """One run over everything."""
    folder = CAMPUS.write(tmp / f"whole-{order}")
    write_lines(folder / "events.ndjson", LINES)
    run(folder, "--order", order, *UNTIL)
    return folder
