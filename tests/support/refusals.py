"""For tests of bad input: a clear message each that names the file and says what to do, the exit status of the contract, nothing half-written.

Every refusal is held to the same: stdout stays empty, what was in the folder is as it was, and no new file but a state's empty
lock is there.
"""
import json
import re
from pathlib import Path

from lib import Campus, Result, expect, same, sanzao, stamp, write_lines

CAMPUS = Campus(3, students=12, days=6)
LINES = CAMPUS.lines()
GOOD = ["--campus", "campus", "--rules", "rules", "--until", stamp(CAMPUS.until)]
STATE = ["--state", "sqlite:state.db"]
SWIPE = {"type": "swipe", "student": "s001", "amount": "5.00", "place": "c1"}


def ready(tmp: Path, lines=None) -> Path:
    CAMPUS.write(tmp)
    write_lines(tmp / "events.ndjson", LINES if lines is None else lines)
    return tmp


def out(name: str = "alerts.ndjson") -> list[str]: return ["--alerts", f"file:{name}"]


def snapshot(tmp: Path) -> dict:
    """Names and bytes of all there is."""
    found = {}
    for path in sorted(tmp.rglob("*")):
        name = str(path.relative_to(tmp))
        if path.is_symlink() or not (path.is_file() or path.is_dir()): found[name] = "special"
        else: found[name] = path.read_bytes() if path.is_file() else "folder"
    return found


def run(tmp, *args, source="file:events.ndjson", **how) -> Result:
    return sanzao(tmp, "run", *(["--source", source] if source else []), *args, **how)


def refused(tmp: Path, rc: int, texts, *args, leaves=(), whole=True, **how) -> Result:
    """The command ends with rc, says the texts, and leaves everything as it was (but what `leaves` names)."""
    before = no_locks(snapshot(tmp))
    result = run(tmp, *args, **how) if whole else sanzao(tmp, *args, **how)
    expect(result.rc == rc, f"exit {rc} expected;", result)
    for text in [texts] if isinstance(texts, str) else texts: expect(text in result.err, f"`{text}` is not said;", result)
    same(result.out, b"", "standard output")
    expect("ERROR: AddressSanitizer" not in result.err and "runtime error" not in result.err, result)
    after = no_locks(snapshot(tmp))
    for name in before | after:
        if name not in leaves: same(after.get(name, "not there"), before.get(name, "not there"), f"{name} after {result}")
    return result


def no_locks(files: dict) -> dict: return {k: v for k, v in files.items() if not (k.endswith(".lock") and v == b"")}


def in_chinese(tmp, rc, text, *args, **how) -> Result:
    """Refused, and but for names (which hold no blanks) nothing is said in English."""
    result = refused(tmp, rc, text, *args, "--lang", "zh", **how)
    english = re.findall(r"[A-Za-z]{2,}(?: [A-Za-z]{2,})+", result.err.partition("\n{")[0])
    expect(not english, f"{english} is said in English;", result)
    return result


def with_state(tmp: Path) -> Path:
    ready(tmp, LINES[:len(LINES) // 2])
    run(tmp, "--campus", "campus", "--rules", "rules", *STATE, *out(), rc=0)
    write_lines(tmp / "events.ndjson", LINES)
    return tmp / "state.db"


def swipe(n: int, **more) -> bytes: return json.dumps({"id": f"x{n}", "time": f"2024-03-05T08:{n:02d}:00+08:00", **SWIPE, **more}).encode()


def reference(tmp: Path, lines=None) -> dict:
    ref = ready(tmp / "ref", lines)
    summary = run(ref, *GOOD, "--order", "arrival", *out(), "--dead-letters", "file:dead.ndjson", rc=0).summary()
    return {"alerts": (ref / "alerts.ndjson").read_bytes(), "dead": (ref / "dead.ndjson").read_bytes(), "summary": summary}
