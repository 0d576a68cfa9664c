"""What both parts of the intake benchmark start from: an empty archive, and PDFs to deposit."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import typst

from archive.core.roles import SYSTEM, Role
from archive.models import migrations
from archive.services import accounts
from archive.services.holdings import Holdings, open_holdings
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
