"""The operator's table and the code say the same."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import archive
from archive.extract import Limits

PAGE = Path(archive.__file__).parent.parent / "docs" / "reference" / "limits.md"


def test_every_limit_is_documented_with_its_default():
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d.,]+)", PAGE.read_text("utf-8"), re.MULTILINE))
    documented = {name: float(value.replace(",", "")) for name, value in rows.items()}
    assert documented == {name: float(n) for name, n in dataclasses.asdict(Limits()).items()}
