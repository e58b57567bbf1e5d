"""Conditions: a recursive-descent parser and a three-valued evaluator for the CEL subset of rules (semantics 13-15).

Values: float, str, bool, list, UNKNOWN, AtLeast(n). Durations are milliseconds, money is yuan, both plain floats here.
An expression is a tree of tuples: ("lit", v) ("name", path) ("call", name, args) ("list", items) ("op", sign, args...)
"""
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .times import HOUR, day_of, day_start, parse_duration, parse_time


class RuleError(Exception):
    """The rules must be refused."""


class _Unknown:
    def __repr__(self) -> str: return "unknown"
    def __bool__(self) -> bool: raise TypeError("unknown is neither true nor false")


UNKNOWN = _Unknown()


@dataclass(frozen=True)
class AtLeast:
    n: float


TOKEN = re.compile(r"""\s*(?:(?P<num>\d+\.\d+|\d+)|(?P<str>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
                       |(?P<name>[A-Za-z_]\w*)|(?P<op>&&|\|\||[<>=!]=|[-+*/%<>!?:()\[\],.]))""", re.X)


def tokens(text: str) -> list[tuple[str, str]]:
    out, at = [], 0
    text = text.strip()
    while at < len(text):
        m = TOKEN.match(text, at)
        if not m: raise RuleError(f"not an expression: {text[at:]!r} in {text!r}")
        out.append((m.lastgroup, m[m.lastgroup]))
        at = m.end()
    return out + [("end", "")]


BINARY = [["||"], ["&&"], ["==", "!=", "<", "<=", ">", ">=", "in"], ["+", "-"], ["*", "/", "%"]]


class Parser:
    def __init__(self, text: str):
        self.text, self.tokens, self.at = text, tokens(text), 0

    def peek(self) -> str: return self.tokens[self.at][1] if self.tokens[self.at][0] != "str" else ""

    def take(self, sign: str | None = None) -> str:
        kind, value = self.tokens[self.at]
        if sign is not None and (value != sign or kind == "str"): raise RuleError(f"expected {sign!r} in {self.text!r}")
        self.at += 1
        return value

    def whole(self) -> tuple:
        tree = self.conditional()
        if self.tokens[self.at][0] != "end": raise RuleError(f"unexpected {self.peek()!r} in {self.text!r}")
        return tree

    def conditional(self) -> tuple:
        tree = self.binary(0)
        if self.peek() != "?": return tree
        self.take("?")
        yes = self.conditional()
        self.take(":")
        return ("op", "?:", tree, yes, self.conditional())

    def binary(self, level: int) -> tuple:
        if level == len(BINARY): return self.unary()
        tree = self.binary(level + 1)
        while self.peek() in BINARY[level]: tree = ("op", self.take(), tree, self.binary(level + 1))
        return tree

    def unary(self) -> tuple:
        if self.peek() == "!": return ("op", self.take() + "x", self.unary())
        if self.peek() == "-": return ("op", self.take() + "x", self.unary())
        return self.primary()

    def arguments(self, close: str) -> list[tuple]:
        out = []
        while self.peek() != close or self.tokens[self.at][0] == "str":
            out.append(self.conditional())
            if self.peek() != ",": break
            self.take(",")
        self.take(close)
        return out

    def primary(self) -> tuple:
        kind, value = self.tokens[self.at]
        self.at += 1
        if kind == "num": return ("lit", float(value))
        if kind == "str": return ("lit", re.sub(r"\\(.)", r"\1", value[1:-1]))
        if value == "(":
            tree = self.conditional()
            self.take(")")
            return tree
        if value == "[": return ("list", self.arguments("]"))
        if kind != "name": raise RuleError(f"unexpected {value!r} in {self.text!r}")
        if value in ("true", "false"): return ("lit", value == "true")
        path = [value]
        while self.peek() == ".":
            self.take(".")
            path.append(self.take())
        if self.peek() != "(": return ("name", tuple(path))
        self.take("(")
        return ("call", ".".join(path), self.arguments(")"))


def parse(text: str) -> tuple: return Parser(text).whole()


def children(tree: tuple) -> list[tuple]:
    kind = tree[0]
    return list(tree[2:]) if kind == "op" else tree[2] if kind == "call" else tree[1] if kind == "list" else []


def walk(tree: tuple) -> Iterator[tuple]:
    yield tree
    for child in children(tree): yield from walk(child)


def names(tree: tuple) -> set[tuple]: return {t[1] for t in walk(tree) if t[0] == "name"}


def numbers(tree: tuple) -> set[float]: return {t[1] for t in walk(tree) if t[0] == "lit" and isinstance(t[1], float)}


def evaluate(tree: tuple, lookup: Callable, call: Callable):
    """Value of `tree`; lookup(path) gives a name's value or UNKNOWN, call(name, args) that of a function."""
    kind = tree[0]
    if kind == "lit": return tree[1]
    if kind == "name": return lookup(tree[1])
    if kind == "list": return [evaluate(t, lookup, call) for t in tree[1]]
    if kind == "call":
        if tree[1] == "has": return lookup(tree[2][0][1]) is not UNKNOWN
        path, _, method = tree[1].rpartition(".")
        args = [evaluate(t, lookup, call) for t in tree[2]]
        return METHODS[method](lookup(tuple(path.split("."))), *args) if method in METHODS else function(tree[1], args, call)
    sign, args = tree[1], tree[2:]
    if sign == "?:":
        condition = evaluate(args[0], lookup, call)  # unknown stays unknown whatever the sides are (14)
        return evaluate(args[1] if condition else args[2], lookup, call) if isinstance(condition, bool) else UNKNOWN
    if sign in ("&&", "||"):
        decides, first = sign == "||", evaluate(args[0], lookup, call)
        if first is decides: return decides  # whatever the other side is
        second = evaluate(args[1], lookup, call)
        return both(first, second) if sign == "&&" else negate(both(negate(first), negate(second)))
    values = [evaluate(t, lookup, call) for t in args]
    if sign == "!x": return negate(values[0])
    if any(v is UNKNOWN for v in values): return UNKNOWN
    if sign == "in": return contains(*values)
    if sign in COMPARE: return compare(sign, *values)
    return arithmetic(sign, values)


def negate(a): return not a if isinstance(a, bool) else UNKNOWN


def both(a, b):
    if a is False or b is False: return False
    return True if a is True and b is True else UNKNOWN


def contains(item, items):
    if isinstance(item, AtLeast): return UNKNOWN
    if any(x is not UNKNOWN and type(x) is type(item) and x == item for x in items): return True
    return UNKNOWN if any(x is UNKNOWN for x in items) else False


COMPARE = {"==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
           "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def compare(sign: str, a, b):
    if isinstance(a, AtLeast) and isinstance(b, AtLeast): return UNKNOWN
    if isinstance(b, AtLeast): return compare(MIRROR[sign], b, a)
    if isinstance(a, AtLeast):  # 13: what n units seen already decide
        if sign == ">=": return True if a.n >= b else UNKNOWN
        if sign == ">": return True if a.n > b else UNKNOWN
        if sign == "<": return False if a.n >= b else UNKNOWN
        if sign == "<=": return False if a.n > b else UNKNOWN
        if a.n > b: return sign == "!="
        return UNKNOWN
    if type(a) is not type(b): return UNKNOWN
    return COMPARE[sign](a, b)


def arithmetic(sign: str, values: list):
    if any(isinstance(v, AtLeast) for v in values): return UNKNOWN  # 13: other arithmetic on `at least` is unknown
    if sign == "-x": return -values[0]
    a, b = values
    if sign in "/%" and b == 0: return UNKNOWN  # 14: a run-time error counts as unknown
    if sign == "%": return a - b * int(a / b)
    return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[sign]()


def of_text(do: Callable) -> Callable: return lambda *a: UNKNOWN if UNKNOWN in a else do(*a)


METHODS = {"startsWith": of_text(str.startswith), "endsWith": of_text(str.endswith), "contains": of_text(lambda a, b: b in a),
           "matches": of_text(lambda a, b: re.search(b, a) is not None),
           "getHours": of_text(lambda t, zone: float((int(t) - day_start(day_of(int(t)))) // HOUR))}  # of the campus' own zone


def function(name: str, values: list, call: Callable):
    if name == "size": return UNKNOWN if values[0] is UNKNOWN else float(len(values[0]))
    if name == "timestamp": return float(parse_time(values[0]))
    if name == "duration": return float(parse_duration(values[0]))
    if name in ("math.least", "math.greatest"):
        values = values[0] if len(values) == 1 and isinstance(values[0], list) else values
        if any(v is UNKNOWN or isinstance(v, AtLeast) for v in values): return UNKNOWN
        return (min if name == "math.least" else max)(values)
    return call(name, values)
