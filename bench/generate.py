#!/usr/bin/env python3
"""A campus folder and an NDJSON stream for the benchmarks: the mix of the founding measurements (70/18/12 % swipe, door, attendance,
about 190 bytes a record), the same for the same arguments.

usage: generate.py DIR [--students N] [--days N] [--per-day N] [--late SHARE]
--late: that share of the records arrives up to two hours late (for --order arrival)."""
import argparse, datetime, os, random


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("dir")
    ap.add_argument("--students", type=int, default=5000)
    ap.add_argument("--days", type=int, default=10)
    ap.add_argument("--per-day", type=int, default=10)
    ap.add_argument("--late", type=float, default=0.0)
    o = ap.parse_args()
    r = random.Random(1)
    os.makedirs(o.dir + "/campus", exist_ok=True)
    with open(o.dir + "/campus/students.csv", "w") as f:
        f.write("student,entry_year,school,enrolled_on\n")
        f.writelines(f"2023{i:06d},{2022 + i % 4},S{i % 12},2022-09-01\n" for i in range(o.students))
    with open(o.dir + "/campus/cards.csv", "w") as f:
        f.write("system,card,student,from,to\n")
        f.writelines(f"pos,{70000000 + i},2023{i:06d},,\n" for i in range(o.students))
    with open(o.dir + "/campus/places.csv", "w") as f:
        f.write("place,name,kind,building,zone\n")
        f.writelines(f"c{i},Canteen {i},canteen,B{i % 5},east\n" for i in range(40))
        f.writelines(f"d{i},Dorm {i},dorm,D{i},west\n" for i in range(30))
    with open(o.dir + "/campus/calendar.yaml", "w") as f:
        f.write("terms: [{id: t1, from: 2026-03-02, to: 2026-07-05}]\n")
    events = [(d * 86400 + int(r.uniform(6.5, 22.8) * 3600), i, r.random()) for i in range(o.students) for d in range(o.days) for _ in range(o.per_day)]
    events.sort()
    if o.late:
        arrive = [(e[0] + (r.uniform(0, 7200) if r.random() < o.late else 0), n) for n, e in enumerate(events)]
        events = [events[n] for _, n in sorted(arrive)]
    base = datetime.datetime(2026, 3, 2)
    with open(o.dir + "/events.ndjson", "w") as f:
        for n, (t, i, x) in enumerate(events):
            ts = (base + datetime.timedelta(seconds=t)).strftime("%Y-%m-%dT%H:%M:%S+08:00")
            head = f'{{"id":"p{n}","source":"{"pos" if x < .7 else "gate" if x < .88 else "class"}","time":"{ts}",'
            if x < .7:
                f.write(head + f'"type":"swipe","card":"{70000000 + i}","place":"c{n % 40}","op":"consume","amount":{(n % 1700 + 200) / 100},"balance":{(n % 30000) / 100},"use_count":{n % 9999}}}\n')
            elif x < .88:
                f.write(head + f'"type":"dorm_access","student":"2023{i:06d}","place":"d{n % 30}","reader":"r{n % 60}","direction":"{"in" if n % 2 else "out"}","result":"granted"}}\n')
            else:
                f.write(head + f'"type":"attendance","student":"2023{i:06d}","course":"CS{n % 200}","session":"{ts[:10]}-{n % 5}","status":"{"present" if n % 20 else "absent"}","hours":2}}\n')


main()
