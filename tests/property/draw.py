"""Chance with words: everything random here comes from one seeded source."""
import random
from collections.abc import Sequence


class Draw(random.Random):
    def chance(self, p: float) -> bool: return self.random() < p

    def pick(self, *options): return self.choice(options)

    def some(self, options: Sequence, most: int) -> list:
        return self.sample(list(options), self.randint(0, min(most, len(options))))

    def mostly(self, usual, *rest, p: float = 0.7): return usual if self.chance(p) else self.choice(rest)


def flow(value) -> str:
    """YAML in one line, as an analyst writes it; texts that YAML would read otherwise are quoted."""
    if isinstance(value, dict): return "{" + ", ".join(f"{k}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list): return "[" + ", ".join(map(flow, value)) + "]"
    text = str(value)
    plain = all(c.isalnum() or c in " -_./%" for c in text) and not text.startswith((" ", "-",
            "%")) and text == text.strip()
    return text if plain else "'" + text.replace("'", "''") + "'"
