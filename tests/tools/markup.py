"""html-validate over a folder of pages, with the rules in `tests/tools/web/htmlvalidate.json`."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryFile

from tests.conftest import ROOT, missing

TOOLS = ROOT / "tests" / "tools" / "web"
CHECKER = TOOLS / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
RULES = TOOLS / "htmlvalidate.json"


# The style guide shows parts of pages out of their places: the same list three times, forms that
# are sent nowhere.
GUIDE = "/mau-giao-dien"
NOT_OF_THE_GUIDE = ("unique-landmark", "wcag/h32")


def is_of_the_guide(fault: str) -> bool:
    """Whether a fault of the style guide is none of the components that it shows."""
    return any(f" {rule}:" in fault for rule in NOT_OF_THE_GUIDE)


def faults_in(folder: Path) -> list[str]:
    """`page.html:12 rule: what is wrong` for each fault in the pages of the folder; the test that
    asks is skipped where the checker was not fetched."""
    node = shutil.which("node") or shutil.which("node", path=str(ROOT / ".venv" / "bin"))
    if node is None or not CHECKER.is_file():
        missing("html-validate (make test fetches it)")
    command = [node, CHECKER, "--config", RULES, "--formatter", "json", *folder.glob("*.html")]
    # Into a file: the checker ends before a pipe has taken all that it has to say.
    with TemporaryFile() as told:
        subprocess.run(list(map(str, command)), stdout=told, cwd=TOOLS, check=False)
        told.seek(0)
        pages = json.loads(told.read())
    return [
        f"{Path(page['filePath']).name}:{fault['line']} {fault['ruleId']}: {fault['message']}"
        for page in pages
        for fault in page["messages"]
    ]
