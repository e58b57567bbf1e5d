#!/usr/bin/env python3
"""Counts the single cmocka tests in ctest's JUnit file: prints `count PASSED FAILED SKIPPED` (for tests/tiers/lib.sh);
what failed goes to stderr with the program's whole output."""
import re
import sys
import xml.etree.ElementTree as ET

passed = failed = skipped = 0
for case in ET.parse(sys.argv[1]).getroot().iter("testcase"):
    output = case.findtext("system-out") or ""
    lines = output.splitlines()
    skips = sum(1 for x in lines if re.match(r"(not )?ok \d+.* # SKIP|(not )?ok \d+ # SKIP", x))
    bad = [x for x in lines if re.match(r"not ok ", x) and "# SKIP" not in x]
    passed += sum(1 for x in lines if re.match(r"ok \d+", x)) - sum(1 for x in lines if re.match(r"ok \d+.*# SKIP", x))
    skipped += skips
    failed += len(bad)
    if case.get("status") != "run" or bad:
        if not bad:  # it crashed, hung, or a sanitizer stopped it
            failed += 1
        print(f"== {case.get('name')} failed\n{output}", file=sys.stderr)
print("count", passed, failed, skipped)
