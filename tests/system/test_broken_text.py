#!/usr/bin/env python3
"""Broken YAML in any file, broken records and a broken campus: a finding at its place, or a dead letter."""
import json
import random
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]
from lib import MAPPINGS, balance, expect, main, same, sanzao, say, write  # noqa: E402
from refusals import GOOD, out, ready, refused, run, swipe  # noqa: E402

DOOR = (MAPPINGS / "taidi-door.yaml").read_text(encoding="utf-8")

YAML = {  # file: (options, good text with the key to be spoilt, the key, its spoilt form, exit)
    "config.yaml": (["--config", "config.yaml"], "lateness: 24h\n", "lateness", "latenes", 2),
    "rules/rules.yaml": ([], None, "resolve_when", "resolve_wen", 1),
    "campus/calendar.yaml": ([], None, "holidays", "holidys", 1),
    "campus/feeds.yaml": ([], "pos: {delivery: stream, allowance: 10m}\n", "delivery", "delivry", 1),
    "campus/types.yaml": ([], "library: {presence: true, fields: {seat: text}}\n", "presence", "presnce", 1),
    "map.yaml": (["--mapping", "map.yaml"], DOOR, "encoding", "encodng", 1),
}


def each_yaml(tmp: Path):
    for name, (options, text, *rest) in YAML.items():
        ready(tmp)
        path = tmp / name
        yield name, options, text or path.read_text(encoding="utf-8"), *rest
        if name.startswith(("campus/feeds", "campus/types")): path.unlink()


def test_wrong_key_in_any_yaml_is_told_with_its_place(tmp):
    for name, options, text, good, bad, rc in each_yaml(tmp):
        text = text.replace(good + ":", bad + ":", 1)
        line = text[:text.index(bad + ":")].count("\n") + 1
        write(tmp / name, text)
        refused(tmp, rc, [f"{name}:{line}:", "error[SZ", bad, good], *GOOD, *options, *out())
        if rc == 1:
            result = sanzao(tmp, "check", "--campus", "campus", *(["rules"] if not options else ["rules", *options]))
            expect(result.rc == 1 and f"{name}:{line}:" in result.out.decode(), "check:", result)


def test_broken_yaml_is_told_with_its_place(tmp):
    for name, options, text, _, _, rc in each_yaml(tmp):
        lines = text.count("\n") + 1
        for what, spoilt in {"open bracket": text + f"\nx{lines}: [1, 2\n", "tab": text + "\n\tx: 1\n", "NUL": text + "\nx: a\0b\n",
                             "not UTF-8": text.encode() + b"\nx: \xff\xfe\n", "only NUL": b"\0\0\0\0", "alias": text + "\nx: &a 1\ny: *a\n",
                             "same key twice": text + "\n" + text}.items():
            write(tmp / name, spoilt)
            refused(tmp, rc, [f"{name}", "error[SZ"], *GOOD, *options, *out())
        write(tmp / name, "- just\n- a list\n")
        refused(tmp, rc, [f"{name}:1:", "error[SZ"], *GOOD, *options, *out())


def test_nesting_bomb_in_any_yaml_is_refused(tmp):
    for name, options, text, _, _, rc in each_yaml(tmp):
        laughs = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(f"{c}: &{c} [{','.join(['*' + b] * 9)}]\n" for b, c in zip("abcdefgh", "bcdefghi"))
        for bomb in ("[" * 100_000, "x: " + "{a: " * 50_000, "".join(" " * i + "a:\n" for i in range(2000)), "- " * 100_000, laughs):
            write(tmp / name, bomb + "\n")
            refused(tmp, rc, [name, "error[SZ"], *GOOD, *options, *out())


def test_nesting_bomb_in_an_expression_is_refused(tmp):
    n = 100_000
    bombs = ["(" * n + "1" + ")" * n, "!" * n + "true", "-" * n + "1", "[" * n + "]" * n, "1" + "+1" * n, "true" + "?true:true" * n,
             "x" + ".a" * n, "x" + "[0]" * n, "true" + "||true" * n, "{1:" * n, "size(" * n + "1" + ")" * n, '"' + "a" * n, "[" + "1," * n]
    for bomb in bombs:
        ready(tmp)
        write(tmp / "rules/bomb.yaml", 'rules:\n  - {id: bomb, purpose: wellbeing, level: blue, when: "' +
              bomb.replace('"', '\\"') + '"}\n')
        refused(tmp, 1, ["rules/bomb.yaml:2:", "error[SZ"], *GOOD, *out())
        short = bomb[:60_000]  # what fits on a command line
        result = sanzao(tmp, "eval", "--bindings", '{"x": 1}', "--", short)
        expect(result.rc in (0, 1), f"eval of {bomb[:20]}…", result)
    deep = '{"x": ' + "[" * 60_000 + "]" * 60_000 + "}"
    result = sanzao(tmp, "eval", "x", "--bindings", deep)
    expect(result.rc in (1, 2), result)


def dead_of(tmp: Path, data: bytes, *options) -> tuple[dict, list[dict]]:
    ready(tmp)
    write(tmp / "odd.ndjson", data)
    summary = run(tmp, *GOOD, *out(), "--dead-letters", "file:dead.ndjson", *options, source="file:odd.ndjson", rc=0).summary()
    balance(summary)
    return summary, [json.loads(line) for line in (tmp / "dead.ndjson").read_bytes().splitlines()]


def test_ten_megabyte_line_is_one_dead_letter(tmp):
    long = swipe(2, note="x" * (10 << 20))
    for order in ("sorted", "arrival"):
        for tail in (b"\n" + swipe(3) + b"\n", b""):
            summary, dead = dead_of(tmp, swipe(1) + b"\n" + long + tail, "--order", order)
            same((summary["dead_letter_by"], summary["used"]), ({"too_large": 1}, 2 if tail else 1), "where the lines went")
            same((dead[0]["reason"], dead[0]["origin"]["line"], len(dead[0]["raw_base64"])), ("too_large", 2, -(-(1 << 20) // 3) * 4),
                 "the dead letter")
    expect(str(len(long)) in dead[0]["detail"], dead[0]["detail"])


def test_nesting_bomb_in_a_record_is_a_dead_letter(tmp):
    bombs = [b"[" * 300_000, b'{"a":' * 100_000, b'{"id":"q","a":' + b"[" * 40 + b"]" * 40 + b"}", b"[" * 300_000 + b"]" * 300_000]
    summary, dead = dead_of(tmp, b"\n".join([swipe(1), *bombs, swipe(2)]) + b"\n")
    same((summary["used"], summary["dead_letter"]), (2, 4), "where the lines went")
    expect({d["reason"] for d in dead} <= {"too_deep", "bad_json"} and any(d["reason"] == "too_deep" for d in dead), dead)


def test_nul_bytes_in_records_are_dead_letters(tmp):
    lines = [swipe(1), b"\0", swipe(2).replace(b"swipe", b"sw\0ipe"), b"\0" * 5000, swipe(3) + b"\0", swipe(4).replace(b'"x4"', b'"x\\u00004"'),
             swipe(5)]
    for order in ("sorted", "arrival"):
        summary, dead = dead_of(tmp, b"\n".join(lines) + b"\n", "--order", order)
        same((summary["read"], summary["used"], summary["dead_letter"]), (7, 2, 5), "where the lines went")
        same(sorted({d["reason"] for d in dead}), ["bad_json", "bad_value"], "reasons")
    text = "Index,AccessCardNo,Date,Address,Access,Describe\n1,s001,2024/3/5 8:00,a[进门],1,x\n2,s\0001,2024/3/5 8:00,a[进门],1,x\n\0\0\n"
    write(tmp / "door.csv", text.encode("gbk"))
    summary = run(tmp, *GOOD, *out(), "--mapping", MAPPINGS / "taidi-door.yaml", source="file:door.csv", rc=0).summary()
    same((summary["used"], summary["dead_letter"]), (1, 2), "rows of the table")


def test_bytes_of_anything_are_accounted_for(tmp):
    noise = random.Random(5).randbytes(300_000)
    for order in ("sorted", "arrival"):
        summary, dead = dead_of(tmp, swipe(1) + b"\n" + noise + b"\n" + swipe(2) + b"\n", "--order", order)
        same((summary["used"], summary["dead_letter"]), (2, len(dead)), "where the lines went")
    say(f"{len(dead)} dead letters of noise")


def test_campus_defects_come_all_at_once(tmp):
    ready(tmp)
    write(tmp / "campus/students.csv", "student,entry_year\ns001,2021\ns001,2022\ns002,soon\n,2021\n")
    write(tmp / "campus/leaves.csv", "student,from,to,kind\ns001,2024-03-09,2024-03-02,leave\ns001,someday,2024-03-02,leave\n")
    result = refused(tmp, 1, ["campus/students.csv:3:", "campus/students.csv:4:", "campus/leaves.csv:2:", "campus/leaves.csv:3:"], *GOOD, *out())
    expect(result.err.count("error[") >= 4, "all of them:", result)
    write(tmp / "campus/students.csv", b"\0\0\0\0")
    refused(tmp, 1, "campus/students.csv", *GOOD, *out())
    write(tmp / "campus/students.csv", b"")
    refused(tmp, 1, "campus/students.csv", *GOOD, *out())


if __name__ == "__main__": sys.exit(main(globals()))
