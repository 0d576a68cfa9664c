"""Real files: every one ends searchable, or with a sentence that a person understands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TIMEOUT_S = 280


def files_below(folder: Path) -> int:
    return sum(
        1
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.parts[-2:])
    )


@pytest.mark.slow
@pytest.mark.corpus
@pytest.mark.timeout(TIMEOUT_S)
@pytest.mark.parametrize("part", ["vi", "doc", "img"])
def test_every_real_file_is_accounted_for(corpus, cli, part):
    folder = corpus / part
    done = cli("import", folder, "--wait", "--json")
    report = json.loads(done.stdout)
    assert report["rows"] == files_below(folder)
    assert report["added"] + report["present"] + len(report["failed"]) == report["rows"]
    assert done.exit_code == (1 if report["failed"] else 0)
    for row in report["failed"]:
        assert row["file"]
        assert row["reason"].endswith("."), row
        assert "trục trặc" not in row["reason"], row
        assert "dấu mật" not in row["reason"], row
    for publication in report["publications"]:
        assert publication["state"] in ("searchable", "no_text"), publication
        assert publication["pages"] >= 1
    again = json.loads(cli("import", folder, "--json").stdout)
    assert again["added"] == 0
    assert again["present"] == report["added"] + report["present"]
