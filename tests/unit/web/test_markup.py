"""Every template is markup that html-validate finds nothing to say against.

Its recommended rules but for one: a name that a form has twice is how a form sends several values.
"""

from __future__ import annotations

from pathlib import Path

from tests.tools.markup import faults_in, is_of_the_guide
from tests.unit.web import preview


def test_every_sample_page_is_sound_markup(tmp_path: Path) -> None:
    for name, html in preview.rendered():
        (tmp_path / f"{name}.html").write_text(html, encoding="utf-8")
    assert len(list(tmp_path.iterdir())) > 40
    faults = faults_in(tmp_path)
    assert [
        each
        for each in faults
        if not (each.startswith("styleguide.html") and is_of_the_guide(each))
    ] == []


def test_faults_would_be_told(tmp_path: Path) -> None:
    broken = "<!DOCTYPE html>\n<html lang=vi><title>a</title><p><div></div><img src=a></html>"
    (tmp_path / "broken.html").write_text(broken, encoding="utf-8")
    assert len(faults_in(tmp_path)) >= 2
