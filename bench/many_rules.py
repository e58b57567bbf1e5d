#!/usr/bin/env python3
"""A rule set of N rules over ordinary features (counts, sums, days over 2 to 30 days), none of which fires on bench/generate.py's campus.

usage: many_rules.py N > rules.yaml"""
import sys

EVENTS = {
    "meal": ('{event: swipe, where: event.op == "consume" && place.kind == "canteen"}', ["count: meal", "sum: meal.amount", "days: meal"]),
    "late_return": ('{event: dorm_access, where: event.direction == "in" && event.late}', ["count: late_return", "days: late_return"]),
    "missed": ('{event: attendance, where: event.status == "absent"}', ["count: missed", "sum: missed.hours", "days: missed"]),
}
FEATURES = [(event, op) for event, (_, ops) in EVENTS.items() for op in ops]


def text(n):
    out = ["events:"] + [f"  {name}: {where}" for name, (where, _) in EVENTS.items()] + ["features:"]
    names = []
    for i in range(min(n, len(FEATURES) * 29)):
        event, op = FEATURES[i % len(FEATURES)]
        names.append((f"f{i}", "yuan" if "amount" in op else "class-hours" if "hours" in op else ""))
        out.append(f"  f{i}: {{{op}, over: {2 + i // len(FEATURES)}d}}")
    out.append("rules:")
    for i in range(n):
        name, unit = names[i % len(names)]
        out.append(f"  - {{id: r{i:04}, value: {name}, at_least: {{{100000 + i}{' ' + unit if unit else ''}: yellow}}}}")
    return "\n".join(out) + "\n"


if __name__ == "__main__": sys.stdout.write(text(int(sys.argv[1])))
