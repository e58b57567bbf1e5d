#!/usr/bin/env python3
"""What a person reads of dead letters and counters in a Chinese run is Chinese; what a program reads is not."""
import re
import sys

from lib import ROOT, expect, main, same, sanzao, say, write_lines

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# where a detail is written, and how it is put together there; what is not known of it is a star
SITES = [(r'sz_record_dead\([^,;]+,[^,;]+,[^,;]+,[^,;]+,\s*"((?:[^"\\]|\\.)*)"', "{}"), (r'\? "([^"]* row[^"]*)"|: "(these[^"]*)"', "{}"),
         (r'"(%s is (?:negative|not a whole number of fen|not an amount)[^"]*)"', "{}"), (r'detail = "([^"]*)"', "{}"),
         (r'\(fault\)\{\w+, "([^"]*)"', "* {}"), (r'bad_time\(t, r, (?:what \? what : )?"([^"]*)"', "* {}"), (r'return "((?:is|has) [^"]*)"', "* {}"), (r'"(fits none[^"]*)" : "(is not[^"]*)"', "* {}"),
         (r'return answer\(t, r, [^,]+, "([^"]*)"', "*: column * {}"), (r'reject\(w, in, \w+, "\w+",\s*"([^"]*)', "{}")]
PUT_TOGETHER = {"* *", "*", "*: column * *"}     # of texts that stand at other sites


def details() -> set[str]:
    found = set()
    for path in [*sorted((ROOT / "src/model").glob("*.c")), ROOT / "src/engine/input.c"]:
        source = path.read_text()
        for pattern, form in SITES:
            if "row" in pattern and path.name != "mapping_decode.c": continue
            if pattern.startswith("detail") and path.name != "fields.c": continue
            for m in re.finditer(pattern, source):
                for text in filter(None, m.groups()):
                    shape = form.format(re.sub(r"%(?:\.\*)?z?[sdu]", "*", text))
                    if shape not in PUT_TOGETHER: found.add(shape)
    return found


def test_each_detail_that_the_sources_know_has_a_chinese_one(tmp):
    catalog = dict(re.findall(r'\{"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"\}', (ROOT / "src/app/views/dead_words.c").read_text()))
    wanted = details()
    expect(len(wanted) >= 35, "details found in the sources:", len(wanted))
    def is_there(detail: str) -> bool:
        return detail in catalog or any(re.fullmatch(re.escape(k).replace(r"\*", ".*"), detail) for k in catalog if k not in ("byte *: *",))
    same(sorted(d for d in wanted if not is_there(d)), [], "details without a Chinese sentence")
    for en, zh in catalog.items():
        same(zh.count("*"), 1 if en.startswith("not the partition") and "*" in zh else en.count("*") - en.startswith("not the partition"), f"stars of {en}")
        expect(CHINESE.search(zh), f"no Chinese in {zh}")
    say(f"{len(wanted)} details, {len(catalog)} entries")


BAD = [b"", b"[]", b"{", b'{"type": "swipe"}', b'{"type": "swipe", "student": "s1", "time": "yesterday"}', b'{"type": "moon", "student": "s1", "time": "2026-03-02T08:00"}',
       b'{"type": "swipe", "student": "s1", "time": "2026-03-02T08:00", "amount": "much"}', b'{"type": "swipe", "student": 7.5, "time": "2026-03-02T08:00"}',
       b'{"type": "swipe", "time": "2026-03-02T08:00"}', b'{"type": "attendance", "student": "s1", "time": "2026-03-02T08:00"}',
       b'{"type": "swipe", "student": "\xff", "time": "2026-03-02T08:00"}', b'{"type": "swipe", "student": "s1", "time": "2026-03-02T08:00", "op": "steal"}']


def test_a_dry_run_says_in_chinese_why_a_record_is_none(tmp):
    write_lines(tmp / "bad.ndjson", [x for x in BAD if x])
    args = ["run", "--dry-run", "--source", "file:bad.ndjson"]
    zh, en = (sanzao(tmp, *args, "--lang", lang) for lang in ("zh", "en"))
    rows = [line for line in zh.out.decode().splitlines() if re.match(r" *\d+  死信", line)]
    same(len(rows), len(BAD) - 1, "dead letters shown")
    for row in rows:
        detail = re.search(r"（(.*)）", row)
        expect(detail and CHINESE.search(detail[1]), "a detail that is not Chinese:", row)
    broken = [b'{"a" 1}', b'{"a":1 2}', b"[1 2]", b'{"a":tru}', b'{"a":01}', b'{"a":1.}', b'{"a":1,}', b'{"a":"x', b"{} x", b'{"a":"\\q"}', b"{1:2}", b"x"]
    write_lines(tmp / "broken.ndjson", broken)
    out = sanzao(tmp, "run", "--dry-run", "--source", "file:broken.ndjson", "--lang", "zh").out.decode()
    said = re.findall(r"第 \d+ 字节：(.*)）", out)
    expect(len(said) == len(broken) and all(CHINESE.search(x) for x in said), "what the parser says, in Chinese:", out)
    expect(not CHINESE.search(en.out.decode()), "Chinese in the English one:", en.out.decode())


if __name__ == "__main__": sys.exit(main(globals()))
