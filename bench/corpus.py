"""An archive of many pages, made once: straight into the catalogue and the index, without PDF.

Everything passes the archive's own services (`records.apply_record`, `reading.add_pages`) and
`SearchIndex.rebuild`, so that rows and entries are what intake would have left there. Only
originals are missing, and page images but for the publications that `pages` opens.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.dates import IssueDate
from archive.core.identifiers import derived_id
from archive.core.roles import SYSTEM, Access
from archive.core.status import Status
from archive.core.vocabulary import KINDS
from archive.extract.results import PageText, Word
from archive.models import File, Publication, Unit, migrations
from archive.services import reading
from archive.services.holdings import Holdings, open_holdings
from archive.services.indexing import all_entries
from archive.services.records import RecordInput, apply_record
from archive.services.units import UnitInput, create_unit, unknown_unit
from bench.report import tell
from bench.running import ROOT, settings_of
from bench.vietnamese import Writer

VERSION = 1
"""Rises when what is generated changes; an archive of another version is left alone."""

OUT = ROOT / "bench" / "out"
SCHEMA = ("migrations/versions/*.py",)
SEARCH = ("archive/search/*.py", "archive/core/text.py")
UNITS = 200
# Twenty pages on average, from a leaflet to a book.
_SIZES = (4, 8, 12, 16, 20, 24, 36, 40)
_IMAGED = 250
_BATCH = 50
_FIRST_ARRIVAL = datetime(2019, 8, 13, 8, tzinfo=UTC)
_A5_POINTS = (419.5, 595.3)
_SPACED = re.compile(r"\S+")


@dataclass(frozen=True, kw_only=True)
class Made:
    """A generated archive: its folder and what can be opened there by anyone."""

    folder: Path
    publications: int
    pages: int
    open_ids: tuple[str, ...]
    """Publications open to anyone that have page images, spread over the whole archive."""
    seconds: float
    """What making it took; 0 where it was there."""


def generated(pages: int, *, out: Path = OUT) -> Made:
    """The archive of `pages` pages (20 to a publication) under `out`; made now if it is not there.

    Always the same for the same number. Where the schema changed since, it is made anew; where the
    code of search did, its index is. A generation that was cut short is begun again.
    """
    folder = out / f"archive-v{VERSION}-{pages}"
    done = folder / "complete.json"
    started = time.monotonic()
    if _read(done).get("schema") != digest_of(SCHEMA):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _make(folder, pages)
        tell(f"made {pages} pages in {time.monotonic() - started:.0f} s")
    content = _read(done)
    holdings = open_holdings(settings_of(folder))
    try:
        if content["search"] != digest_of(SEARCH) or not holdings.index.status().healthy:
            _index(holdings, pages)
            done.write_text(json.dumps({**content, "search": digest_of(SEARCH)}), encoding="utf-8")
        status = holdings.index.status()
    finally:
        holdings.database.close()
    return Made(
        folder=folder,
        publications=status.works,
        pages=status.pages,
        open_ids=tuple(content["open_ids"]),
        seconds=time.monotonic() - started,
    )


def _make(folder: Path, pages: int) -> None:
    schema = digest_of(SCHEMA)
    holdings = open_holdings(settings_of(folder))
    try:
        migrations.upgrade(holdings.database)
        open_ids = _fill(holdings, pages)
        _index(holdings, pages)
    finally:
        holdings.database.close()
    # Written last: only a whole archive has it.
    content = {"schema": schema, "search": digest_of(SEARCH), "open_ids": open_ids}
    (folder / "complete.json").write_text(json.dumps(content), encoding="utf-8")


def _read(done: Path) -> dict[str, Any]:
    """What a finished archive says of itself; {} where there is none."""
    if not done.is_file():
        return {}
    content: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
    return content


def digest_of(patterns: Sequence[str]) -> str:
    """Changes with the files that decide what is made."""
    digest = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _index(holdings: Holdings, pages: int) -> None:
    started = time.monotonic()
    with holdings.database.reading() as session:
        holdings.index.rebuild(all_entries(session))
    tell(f"indexed {pages} pages in {time.monotonic() - started:.0f} s")


def _fill(holdings: Holdings, pages: int) -> list[str]:
    """All publications with their pages; the ids of those that anyone may open, with images."""
    with holdings.database.writing() as session:
        unknown_unit(session)
        for number in range(1, UNITS + 1):
            unit = UnitInput(code=f"don-vi-{number:03d}", name=f"Đơn vị số {number}")
            create_unit(session, unit, by=SYSTEM)
        session.commit()
    sizes = list(_page_counts(pages))
    imaged_every = max(1, len(sizes) // _IMAGED)
    large, small = _picture(1200), _picture(320)
    open_ids: list[str] = []
    writer, chance = Writer(seed=pages), random.Random(pages)
    for first in range(0, len(sizes), _BATCH):
        with holdings.database.writing() as session:
            units = session.scalars(select(Unit).order_by(Unit.id)).all()
            for number, size in enumerate(sizes[first : first + _BATCH], start=first):
                publication = _publication(number, units[1 + number % UNITS], writer, chance)
                file = _add_pages(session, publication, size, writer)
                newest = number >= len(sizes) - 20
                if _is_open(publication) and (number % imaged_every == 0 or newest):
                    open_ids.append(publication.id)
                    for page in range(1, size + 1):
                        for width, data in ((320, small), (1200, large)):
                            path = holdings.images.path(publication.id, f"f{file.id}", page, width)
                            holdings.images.write(path, data)
            session.commit()
        if first % 1000 == 0:
            tell(f"publication {first} of {len(sizes)}")
    return open_ids


def _page_counts(pages: int) -> Iterator[int]:
    number = 0
    while pages > 0:
        size = min(_SIZES[number % len(_SIZES)], pages)
        yield size
        pages -= size
        number += 1


def _is_open(publication: Publication) -> bool:
    return publication.status is Status.ACCEPTED and publication.access is Access.PUBLIC


def _publication(number: int, unit: Unit, writer: Writer, chance: random.Random) -> Publication:
    """A record with every facet's field filled; 3% are internal, 2% restricted, 2% not accepted."""

    def several(label: str, of: int, most: int) -> tuple[str, ...]:
        picked = chance.sample(range(1, of + 1), k=chance.randint(0, most))
        return tuple(f"{label} {value}" for value in sorted(picked))

    moment = _FIRST_ARRIVAL + timedelta(minutes=700 * number)
    publication = Publication(
        id=derived_id("bench", str(number)),
        unit_id=unit.id,
        unit=unit,
        status=Status.SUBMITTED if chance.random() < 0.02 else Status.ACCEPTED,
        added_at=moment,
        changed_at=moment,
        page_count=0,
        object_version=0,
        revision=1,
    )
    topic = chance.choice(("Cao Bằng", "Bác Hồ", "Pác Bó", ""))
    drawn = chance.random()
    record = RecordInput(
        title=f"{writer.phrase(5).capitalize()} {topic}".strip(),
        responsibility=writer.phrase(4).title(),
        issued=IssueDate(2019 + number % 7, 1 + number % 12),
        kind=tuple(KINDS)[number % len(KINDS)],
        publisher="Nhà xuất bản minh họa",
        access=Access.INTERNAL
        if drawn < 0.03
        else Access.RESTRICTED
        if drawn < 0.05
        else Access.PUBLIC,
        abstract=writer.phrase(60),
        values={
            "languages": ("vi",),
            "creators": several("Tác giả", 400, 2),
            "themes": several("Chủ đề", 25, 3),
            "places": several("Địa danh", 160, 4),
            "people": several("Nhân vật", 120, 2),
            "audiences": several("Đối tượng", 8, 2),
            "grades": several("Lớp", 12, 3),
            "subjects": several("Môn", 14, 2),
        },
    )
    apply_record(publication, record)
    return publication


def _add_pages(session: Session, publication: Publication, size: int, writer: Writer) -> File:
    digest = hashlib.sha256(publication.id.encode()).hexdigest()
    file = File(
        publication_id=publication.id,
        position=1,
        name=f"{publication.id}.pdf",
        kind="pdf",
        media_type="application/pdf",
        size_bytes=40_000 * size,
        sha256=digest,
        sha512=digest * 2,
        logical_path="1.pdf",
        images_done=True,
    )
    session.add_all((publication, file))
    session.flush()
    pages = [_page(number, writer.page()) for number in range(1, size + 1)]
    reading.add_pages(session, file, pages, offset=0)
    reading.finish_file(file, page_count=size)
    publication.page_count = size
    return file


def _page(number: int, text: str) -> PageText:
    width, height = _A5_POINTS
    return PageText(
        number=number,
        label=None,
        text=text,
        width_px=width,
        height_px=height,
        words=tuple(_words(text)),
        text_source="embedded",
    )


def _words(text: str) -> Iterator[Word]:
    """A box per word, line under line as they would be printed."""
    start = 0
    for row, line in enumerate(text.split("\n")):
        top = 0.05 + row * 0.022
        for found in _SPACED.finditer(line):
            left, right = 0.08 + found.start() * 0.011, 0.08 + found.end() * 0.011
            yield Word(start + found.start(), start + found.end(), left, top, right, top + 0.016)
        start += len(line) + 1


def _picture(width_px: int) -> bytes:
    """A page image as intake makes them; the same for all, for nobody looks at it here."""
    output = io.BytesIO()
    image = Image.linear_gradient("L").resize((width_px, round(width_px * 1.42))).convert("RGB")
    image.save(output, "WEBP", quality=75)
    return output.getvalue()
