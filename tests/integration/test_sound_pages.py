"""Every page of the application, found by its routes, is sound markup with something on it."""

from __future__ import annotations

from pathlib import Path

from tests.integration.whole_site import visits, whole_site
from tests.tools.markup import GUIDE, faults_in, is_of_the_guide


def test_every_page_is_sound_markup(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    addresses = {}
    with whole_site(tmp_path / "site") as (archive, known):
        for number, visit in enumerate(visits(archive.app, known)):
            answer = archive.client(visit.who).get(visit.path)
            if answer.mimetype == "text/html" and answer.status_code not in (302, 303):
                addresses[f"{number:03}.html"] = visit.path
                (pages / f"{number:03}.html").write_bytes(answer.data)
    assert len(addresses) > 60
    faults = [
        fault
        for fault in faults_in(pages)
        if not (addresses[fault[:8]].endswith(GUIDE) and is_of_the_guide(fault))
    ]
    assert not faults, "\n".join(f"{addresses[fault[:8]]} {fault}" for fault in faults)
