"""The table of faults names tests that are there, each with the mark it says."""

from __future__ import annotations

import re

from tests.conftest import ROOT

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`( \(slow\))?")
CASES = {*range(1, 22), 23, *range(25, 35), 36, 40, 41}


def test_every_case_names_tests_that_exist_with_their_marks():
    text = (ROOT / "docs" / "reference" / "faults.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if re.match(r"\| \d", line)]
    assert {int(row.split()[1]) for row in rows} == CASES
    for row in rows:
        found = NAMED.findall(row)
        assert found, row
        for path, name, slow in found:
            source = (ROOT / path).read_text(encoding="utf-8")
            place = source.find(f"\ndef {name}(")
            assert place > 0, (path, name)
            marks = source[source.rfind("\n\n", 0, place) : place]
            assert ("@pytest.mark.slow" in marks) == bool(slow), (path, name)
