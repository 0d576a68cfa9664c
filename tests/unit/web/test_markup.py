"""Every page is markup that html-validate finds nothing to say against.

Its recommended rules but for one: a name that a form has twice is how a form sends several values.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, missing
from tests.unit.web import preview

TOOLS = ROOT / "tests" / "tools" / "web"
CHECKER = TOOLS / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
RULES = TOOLS / "htmlvalidate.json"


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node") or shutil.which("node", path=str(ROOT / ".venv" / "bin"))
    if found is None or not CHECKER.is_file():
        missing("html-validate (make test fetches it)")
    return str(found)


def faults_in(node: str, folder: Path) -> list[str]:
    """`page.html:12 rule: what is wrong` for each fault in the pages of the folder."""
    command = [node, CHECKER, "--config", RULES, "--formatter", "json", *folder.glob("*.html")]
    answer = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd=TOOLS, check=False
    )
    assert answer.stdout, answer.stderr
    return [
        f"{Path(page['filePath']).name}:{fault['line']} {fault['ruleId']}: {fault['message']}"
        for page in json.loads(answer.stdout)
        for fault in page["messages"]
    ]


def test_every_page_is_sound_markup(node: str, tmp_path: Path) -> None:
    count = 0
    for name, html in preview.rendered():
        (tmp_path / f"{name}.html").write_text(html, encoding="utf-8")
        count += 1
    assert count > 40
    assert faults_in(node, tmp_path) == []


def test_faults_would_be_told(node: str, tmp_path: Path) -> None:
    broken = "<!DOCTYPE html>\n<html lang=vi><title>a</title><p><div></div><img src=a></html>"
    (tmp_path / "broken.html").write_text(broken, encoding="utf-8")
    assert len(faults_in(node, tmp_path)) >= 2
