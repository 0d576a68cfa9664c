"""What every benchmark prints: a table for people, one line of JSON for programs."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SIGNS = {"most": "≤", "least": "≥"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure; its name ends in its unit. `goal` None: reported only, and always met.

    `bound`: the value may be at `most` the goal, or has to be at `least` the goal.
    """

    name: str
    value: float
    goal: float | None = None
    bound: Literal["most", "least"] = "most"

    @property
    def is_met(self) -> bool:
        if self.goal is None:
            return True
        return self.value <= self.goal if self.bound == "most" else self.value >= self.goal


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` (0 to 1) of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def tell(line: str) -> None:
    """Progress, on standard error: standard output holds the table and the JSON alone."""
    print(line, file=sys.stderr, flush=True)


def finish(title: str, rows: Sequence[Row]) -> int:
    """Print the table, then the rows as JSON on the last line; the exit code (1: a goal missed)."""
    print(title)
    width = max(len(row.name) for row in rows)
    for row in rows:
        goal = "" if row.goal is None else f"{SIGNS[row.bound]} {row.goal:g}"
        verdict = "" if row.goal is None else ("met" if row.is_met else "MISSED")
        print(f"  {row.name:<{width}}  {_shown(row.value):>10}  {goal:>8}  {verdict}".rstrip())
    content = [
        {"name": row.name, "value": round(row.value, 4), "goal": row.goal, "met": row.is_met}
        for row in rows
    ]
    print(json.dumps({"rows": content}, ensure_ascii=False), flush=True)
    return 0 if all(row.is_met for row in rows) else 1


def _shown(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if value >= 100 else f"{value:.3g}"
