"""What a counselor reads (36). None where the semantics leave the form open: such a text is not compared."""
import re

from .expr import UNKNOWN, AtLeast
from .features import History
from .records import Record
from .rules import RECORD_FIELDS, Rule, literal

NO_DATA = {"zh": "无数据", "en": "no data"}


def unit_of(history: History, rule: Rule, path: tuple) -> str | None:
    """number, money, hours, duration; None for what has no declared unit."""
    params = {**history.rules.params, **rule.params}
    if path[0] in params: return params[path[0]].plain.unit
    feature = history.rules.features.get(path[0])
    if not feature: return None
    if feature.operator == "peers" and path[-1] in ("median", "mean"): feature, path = feature.inner, path[:1]
    if len(path) > 1: return "duration" if path[-1] == "age" else RECORD_FIELDS.get(path[-1])
    if feature.operator in ("sum", "avg", "min", "max"): return RECORD_FIELDS.get(feature.of)
    if feature.operator == "absence": return "duration"
    return "number" if feature.operator in ("count", "days", "sessions", "distinct", "streak") else None


def form(value, unit: str | None, lang: str) -> str | None:
    if value is UNKNOWN: return NO_DATA[lang]
    if isinstance(value, AtLeast):
        inner = form(value.n, unit, lang)
        return inner and f"≥ {inner}"
    if not isinstance(value, float): return None
    if unit == "money": return f"{value:.2f} 元" if lang == "zh" else f"¥{value:.2f}"
    if value != int(value): return None
    if unit == "number": return str(int(value))
    return f"{int(value)} 学时" if unit == "hours" and lang == "zh" else None


def message(history: History, rule: Rule, lang: str, t: int, n: int, step: str | None) -> str | None:
    """The text as of T; {value} and {step} have the unit of the rule's value."""
    if lang not in rule.message: return None
    value_path = rule.value[1] if rule.value and rule.value[0] == "name" else None
    complete = True

    def put(m: re.Match) -> str:
        nonlocal complete
        if m[0] in ("{{", "}}"): return m[0][0]
        name, *words = m[1].split("|")
        otherwise = words.pop().strip() if len(words) == 1 else None
        path = tuple(name.split("."))
        unit = unit_of(history, rule, value_path) if name in ("value", "step") and value_path else unit_of(history,
                rule, path)
        if name == "step": value = step_value(history, rule, step, t)
        elif name == "value": value = history.evaluate(rule.value, t, n, None, rule.params)
        elif path[0] in ("event", "place"): value = None  # of the record of an instant rule, which nobody hands in here
        else: value = history.evaluate(("name", path), t, n, None, rule.params)
        if isinstance(value, Record): value = None
        text = otherwise if otherwise and value is UNKNOWN else form(value, unit, lang)
        if words and text is not None and value is not UNKNOWN: text += " " + (words[0] if value == 1.0 else words[1])
        complete = complete and text is not None
        return text or ""

    text = re.sub(r"\{\{|\}\}|\{([^{}]+)\}", put, rule.message[lang])
    return text if complete else None


def step_value(history: History, rule: Rule, step: str | None, t: int):
    params = {**history.rules.params, **rule.params}
    return (params[step].of(history.student, t)
            if step in params else literal(step)).value if step is not None else UNKNOWN
