"""What both parts of the intake benchmark start from: an empty archive, and PDFs to deposit."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pypdfium2
import typst

from archive.core.dates import IssueDate
from archive.core.identifiers import new_id
from archive.core.roles import SYSTEM, Role
from archive.core.status import Status
from archive.models import migrations
from archive.services import accounts, deposits
from archive.services.holdings import Holdings, open_holdings
from archive.services.intake import check_file
from archive.services.records import RecordInput
from archive.services.units import UnitInput, create_unit, unknown_unit
from bench.running import settings_of
from bench.vietnamese import Writer

UNIT = "don-vi-do"
PASSWORD = "mật khẩu để đo tốc độ"
DEPOSITOR = "nop@example.org"
CURATOR = "duyet@example.org"

_TEMPLATE = b"""
#set page(width: 176mm, height: 250mm, margin: 14mm)
#set text(size: 10pt, lang: "vi")
#set par(justify: true)
#for (i, it) in json(bytes(sys.inputs.pages)).enumerate() {
  if i > 0 { pagebreak() }
  it
}
"""


def typeset(pages: int, *, seed: int, mark: str = "") -> bytes:
    """A PDF of `pages` pages with about 350 syllables each; `mark` is the last page's first word.

    The text reaches the typesetter as data, never as markup.
    """
    writer = Writer(seed=seed)
    texts = [writer.page() for _ in range(pages)]
    texts[-1] = f"{mark} {texts[-1]}"
    made = typst.compile(_TEMPLATE, sys_inputs={"pages": json.dumps(texts, ensure_ascii=False)})
    assert isinstance(made, bytes)
    assert len(pypdfium2.PdfDocument(made)) == pages, "a text has run over its page"
    return made


def scanned(pdf: bytes, *, pages: int, dpi: int = 200) -> bytes:
    """The PDF's first pages as a scanner would send them: pictures, no text."""
    with pypdfium2.PdfDocument(pdf) as document:
        images = [
            document[index].render(scale=dpi / 72).to_pil().convert("L") for index in range(pages)
        ]
    written = io.BytesIO()
    images[0].save(
        written, "PDF", save_all=True, append_images=images[1:], resolution=dpi, quality=80
    )
    return written.getvalue()


def deposit(holdings: Holdings, data: bytes, *, name: str) -> str:
    """Hand the file in, past the web, accepted: the publication's id."""
    received = holdings.incoming.receive(
        io.BytesIO(data), limit_bytes=holdings.settings.max_upload_bytes
    )
    publication_id = new_id()
    with holdings.database.writing() as session:
        deposits.deposit(
            session,
            holdings,
            publication_id=publication_id,
            record=RecordInput(title=name, issued=IssueDate(2024), kind="book"),
            files=[check_file(received, name, limits=holdings.limits)],
            unit=unknown_unit(session),
            status=Status.ACCEPTED,
            by=SYSTEM,
        )
        session.commit()
    holdings.incoming.discard(received)
    return publication_id


def new_archive(folder: Path) -> Holdings:
    """An empty archive in `folder`, with a unit, its depositor and a curator."""
    folder.mkdir(parents=True)
    holdings = open_holdings(settings_of(folder))
    migrations.upgrade(holdings.database)
    holdings.index.create()
    with holdings.database.writing() as session:
        unknown_unit(session)
        unit = create_unit(session, UnitInput(code=UNIT, name="Đơn vị đo"), by=SYSTEM)
        for email, role in ((DEPOSITOR, Role.DEPOSITOR), (CURATOR, Role.CURATOR)):
            accounts.create_user(
                session,
                email=email,
                role=role,
                unit=unit,
                password=PASSWORD,
                by=SYSTEM,
            )
        session.commit()
    return holdings
