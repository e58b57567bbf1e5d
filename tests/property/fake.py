#!/usr/bin/env python3
"""A stand-in for the program: once the last piece is read it prints the reference's answer of the case.yaml here.

It tests the driver. `fake.py --reference FOLDER run …` takes another reference: would the generator notice a planted
defect?
"""
import argparse
import json
import re
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent


def main() -> int:
    ap = argparse.ArgumentParser()
    ap.add_argument("--reference", default=str(HERE.parent))
    ap.add_argument("command", choices=["run"])
    for name in ("source", "order", "campus", "rules", "state", "alerts", "dead-letters", "summary", "lateness",
                 "horizon", "until"): ap.add_argument(f"--{name}")
    opt = ap.parse_args()
    sys.path.insert(0, opt.reference)
    from reference.reference import run
    piece = int(re.search(r"events-(\d+)", opt.source)[1])
    if Path(f"events-{piece + 1}.ndjson").exists():  # an answer is due at the end only
        Path(opt.summary).write_text("{}")
        return 0
    result = run(yaml.load(Path("case.yaml").read_text(encoding="utf-8"),
                           getattr(yaml, "CSafeLoader", yaml.SafeLoader))[0])
    if result.error:
        print(result.error, file=sys.stderr)
        return 1
    with open(opt.alerts.removeprefix("file:"), "w", encoding="utf-8") as f:
        for i, row in enumerate(result.rows()):
            message = {k: row.pop(f"message_{k}") for k in ("zh", "en") if f"message_{k}" in row}
            f.write(json.dumps({"alert": f"a{i}", "seq": 1, "event": "firing", **row, "message": message},
                               ensure_ascii=False) + "\n")
    Path(getattr(opt, "dead_letters").removeprefix("file:")).write_text("{}\n" * result.counts["dead_letter"])
    Path(opt.summary).write_text(json.dumps({**result.counts, "standing": len(result.standing)}))
    return 0


sys.exit(main())
