#!/usr/bin/env python3
"""Options, values and configuration that are wrong: a hint each, and the exit statuses of the contract."""
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]
from lib import balance, expect, main, same, sanzao, stamp, write  # noqa: E402
from refusals import CAMPUS, GOOD, LINES, STATE, in_chinese, out, ready, refused, run, with_state  # noqa: E402


def test_until_before_the_data_is_said(tmp):
    ready(tmp)
    options = ["--campus", "campus", "--rules", "rules", *out(), "--dead-letters", "file:dead.ndjson"]
    for order in ("sorted", "arrival"):
        result = run(tmp, *options, "--order", order, "--until", "2023-12-31", rc=0)
        summary = result.summary()
        balance(summary)
        same(summary["dead_letter_by"].get("future_time", 0) + summary["dead_letter_by"].get("bad_json", 0), len(LINES), "dead letters")
        same((tmp / "alerts.ndjson").read_bytes(), b"", "alerts")
        expect("--until" in result.err and "future_time" in result.err.rsplit("{", 2)[0], "no clear message:", result)
    same(len((tmp / "dead.ndjson").read_bytes().splitlines()), len(LINES), "dead letters in the file")


def test_until_that_goes_back_changes_nothing(tmp):
    with_state(tmp)
    run(tmp, *GOOD, *STATE, *out(), rc=0)
    there = (tmp / "alerts.ndjson").read_bytes()
    result = run(tmp, "--campus", "campus", "--rules", "rules", *STATE, *out(), "--until", "2024-03-05", rc=0)
    same((tmp / "alerts.ndjson").read_bytes(), there, "alerts")
    same(result.summary()["clock"][:16], stamp(CAMPUS.until)[:16], "clock")


def test_until_that_is_no_time_is_usage(tmp):
    ready(tmp)
    for value in ("tomorrow", "2024-13-01", "24-3-1", "", "2024-03-05T25:00"):
        refused(tmp, 2, ["--until", "2026-03-08"], "--campus", "campus", "--rules", "rules", "--until", value)


def test_unknown_options_are_refused_with_a_hint(tmp):
    ready(tmp)
    for option, hint in {"--soruce": "--source", "--alert": "--alerts", "--untill": "--until", "--dead_letter": "--dead-letters",
                         "--comit-records": "--commit-records"}.items():
        refused(tmp, 2, [option, f"did you mean {hint}?"], *GOOD, option, "x")
        in_chinese(tmp, 2, [option, f"是不是 {hint}"], *GOOD, option, "x")
    refused(tmp, 2, "--strict", *GOOD, "--strict")  # another command's
    refused(tmp, 2, ["-x"], *GOOD, "-x")
    for command, hint in {"rum": "run", "chek": "check", "alert": "alerts"}.items():
        refused(tmp, 2, [command, f"`{hint}`"], command, whole=False)
    refused(tmp, 2, "console", "console", whole=False)
    refused(tmp, 2, "usage", whole=False)


def test_values_that_an_option_does_not_take(tmp):
    ready(tmp)
    for option, value in (("--order", "random"), ("--lateness", "10"), ("--lateness", "-1h"), ("--horizon", "two weeks"),
                          ("--commit-records", "many"), ("--commit-records", "-5"), ("--commit-records", "99999999999999999999"),
                          ("--sort-memory", "1X"), ("--unknown-students", "ignore"), ("--workers", "2"), ("--append=maybe", ""),
                          ("--encoding", "klingon"), ("--lang", "fr"), ("--alerts", "kafka:campus.alerts"), ("--alerts", "alerts.ndjson"),
                          ("--dead-letters", "stdout")):
        named = option.split("=")[0] if option not in ("--alerts", "--dead-letters") else value
        refused(tmp, 2, named, *GOOD, *([option] if "=" in option else [option, value]))
    refused(tmp, 2, "--summary", *GOOD, "--summary")
    refused(tmp, 2, "--source", *GOOD, "extra.ndjson")


def test_config_file_is_held_to_the_same(tmp):
    ready(tmp)
    write(tmp / "config.yaml", "source: ['file:events.ndjson']\ncampus: campus\nrules: rules\nalerts: 'file:alerts.ndjson'\norder: random\n"
          "lateness: soon\nstate: {sqlite: x}\n")
    result = refused(tmp, 2, ["config.yaml:5:8", "config.yaml:6:11", "config.yaml:7:8"], "--config", "config.yaml", source=None)
    same(result.err.count("error["), 3, "all three at once")
    refused(tmp, 4, "nowhere.yaml", "--config", "nowhere.yaml")
    write(tmp / "config.yaml", "source: ['file:events.ndjson']\ncampus: campus\nrules: rules\nalerts: 'file:alerts.ndjson'\norder: arrival\n"
          f"until: '{stamp(CAMPUS.until)}'\ncommit_records: 100\n")
    same(run(tmp, "--config", "config.yaml", source=None, rc=0).summary()["read"], len(LINES), "a good one")
    write(tmp / "config.yaml", "")
    run(tmp, "--config", "config.yaml", *GOOD, *out(), rc=0)


def test_slips_in_options_are_told_what_to_write(tmp):
    ready(tmp)
    rows = [("lateness: 10天", "10d"), ("lateness: 10", "10s / 10m / 10h / 10d"), ("settle: 3秒", "3s"), ("append: yes", "true"),
            ("by_source: 否", "false"), ("sort_memory: 256MB", "256M"), ("commit_records: 1e6", "1000000"),
            ("unknown_students: true", "admit"), ("order: Sorted", "sorted"), ("until: 2026/4/8", "2026-04-08"),
            ("until: 2026年4月8日 20:00", "2026-04-08T20:00"), ("state: sqlite", "sqlite:state.db"), ("state: file:a.db", "sqlite:a.db"),
            ("state: a.db", "sqlite:a.db"), ("state: Memory", "memory"), ("state: memroy", "memory")]
    for line, wanted in rows:
        write(tmp / "config.yaml", line + "\n")
        for lang, head in (("en", ("write ", "a file that keeps the state:  ")), ("zh", ("请写 ", "用一个文件保存状态："))):
            err = run(tmp, "--config", "config.yaml", "--lang", lang, "--campus", "campus", "--rules", "rules", rc=2).err
            hints = [t.strip()[2:] for t in err.splitlines() if t.strip().startswith("= ")]
            expect(any(h == start + wanted for h in hints for start in head), f"{line}: {err}")
    write(tmp / "config.yaml", "lang: 中文\n")
    said = sanzao(tmp, "check", "rules", "--config", "config.yaml")
    expect("write zh" in str(said.out) + str(said.err), "a language by its name")


def test_a_blank_behind_a_prefix_names_no_file_with_a_blank(tmp):
    ready(tmp)
    write(tmp / "config.yaml", "state: 'sqlite: kept.db'\nalerts: 'file: told.ndjson'\n")
    run(tmp, "--config", "config.yaml", *GOOD, rc=0)
    expect((tmp / "kept.db").exists() and (tmp / "told.ndjson").exists(), str(sorted(p.name for p in tmp.iterdir())))


def test_exit_statuses_of_the_contract(tmp):
    ready(tmp)
    same(run(tmp, *GOOD, *out()).rc, 0, "fine")
    write(tmp / "rules/warn.yaml", "events:\n  evening: {event: swipe, where: event.time.getHours() >= 22}\n"
          "features:\n  evenings: {days: evening, over: 7d}\n"
          "rules:\n  - {id: w, title: {zh: 晚, en: w}, purpose: wellbeing, when: evenings >= 5, level: blue}\n")
    same(sanzao(tmp, "check", "rules", "--campus", "campus").rc, 0, "check with a warning")
    same(sanzao(tmp, "check", "rules", "--campus", "campus", "--strict").rc, 3, "check --strict with a warning")
    same(run(tmp, *GOOD, *out()).rc, 0, "run with a warning")
    write(tmp / "rules/warn.yaml", "rules: [{id: w, when: nothing > 5, level: blue}]\n")
    same(sanzao(tmp, "check", "rules", "--campus", "campus", "--strict").rc, 1, "check with an error")
    same(run(tmp, *GOOD, *out("other")).rc, 1, "run with rules that are refused")
    same(sanzao(tmp, "check", "nowhere").rc, 4, "check of nothing")
    same(sanzao(tmp, "alerts", "nowhere").rc, 4, "alerts of nothing")
    same(sanzao(tmp, "alerts").rc, 2, "alerts without a file")
    same(sanzao(tmp, "eval", "1 +").rc, 1, "eval of what does not parse")
    same(sanzao(tmp, "check", "--nonsense").rc, 2, "check with an odd option")


if __name__ == "__main__": sys.exit(main(globals()))
