"""One file reads the environment, and one page describes what it reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import ConfigurationError, load_settings
from tests.conftest import ROOT

VARIABLE = re.compile(r"ARCHIVE_[A-Z_]+")
ENVIRONMENT = re.compile(r"\bos\.(?:environb?|getenv|putenv)\b|\bfrom os import .*environ")
# The extractor's child gets an empty environment; on Windows Python needs its system folder.
# The children's surroundings are made there, and the recogniser is told to use one thread.
ALLOWED = {"config.py", "archive/extract/starting.py", "archive/extract/ocr_page.py"}


def sources() -> list[Path]:
    return [ROOT / "config.py", ROOT / "wsgi.py", *(ROOT / "archive").rglob("*.py")]


def test_every_variable_that_is_read_is_described_and_none_besides():
    read = set(VARIABLE.findall((ROOT / "config.py").read_text(encoding="utf-8")))
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    described = re.findall(r"^\| `(ARCHIVE_[A-Z_]+)\*?` \|", page, flags=re.MULTILINE)
    assert len(read) >= 11
    assert sorted(described) == sorted(read)


def test_nothing_but_the_configuration_reads_the_environment():
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        if ENVIRONMENT.search(re.sub(r'"""[\s\S]*?"""', "", path.read_text(encoding="utf-8")))
    }
    assert readers <= ALLOWED
    starting = (ROOT / "archive/extract/starting.py").read_text(encoding="utf-8")
    assert re.findall(r'os\.environ\[name\] for name in (\("SYSTEMROOT",\))', starting)


@pytest.mark.parametrize(
    "name", ["ARCHIVE_FIRST_YEAR", "ARCHIVE_MAX_UPLOAD_MB", "ARCHIVE_UPLOAD_QUOTA_MB"]
)
@pytest.mark.parametrize("value", ["hai nghìn", "-1", "0", "1.5"])
def test_a_value_that_cannot_be_used_is_named(tmp_path, name, value):
    with pytest.raises(ConfigurationError, match=name):
        load_settings({"ARCHIVE_INSTANCE": str(tmp_path), name: value})


def test_secret_key_is_made_once_and_kept_from_others(tmp_path):
    given = {"ARCHIVE_INSTANCE": str(tmp_path)}
    key = load_settings(given).secret_key
    assert len(key) == 64
    assert load_settings(given).secret_key == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
