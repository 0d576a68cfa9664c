"""An archive that has something on every page, and the address of each of its pages.

Routes are found in the application, so that a new page is looked at without a word here; only a new
kind of part in an address wants a value below.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from archive.core.dates import IssueDate
from archive.core.identifiers import new_id
from archive.core.roles import SYSTEM
from archive.core.status import Status
from archive.models import Authority, Publication, Receipt, Unit, User
from archive.services import accounts, bulk_edits, copies, reviews
from archive.services.authorities.editing import AuthorityInput, create_authority
from archive.services.batches import create_batch
from archive.services.deposits import deposit
from archive.services.messages import write_message
from archive.services.receipts import issue_receipt
from archive.services.records import RecordInput
from archive.services.uploads import create_upload
from archive.web.access import OpenTo, audience_of
from archive.web.authorities import SECTIONS
from tests.conftest import make_pdf
from tests.integration.standing import ANYONE, Standing, standing_archive

LEAST = {
    OpenTo.ANYONE: ANYONE,
    OpenTo.ACCOUNTS: "depositor",
    OpenTo.DEPOSITORS: "depositor",
    OpenTo.CURATORS: "curator",
    OpenTo.ADMINS: "admin",
}
"""Who opens a page: the least of those who may."""

VALUES = {
    "creators": ("Nông Văn A (chủ biên)", "Ban Tuyên giáo"),
    "themes": ("Lịch sử",),
    "places": ("Pác Bó",),
    "people": ("Kim Đồng",),
    "audiences": ("Thiếu niên",),
    "grades": ("8", "9"),
    "languages": ("vi",),
}
# Pages that a route shows in more than one way, and what is no route of a page at all.
MORE: tuple[tuple[str, str], ...] = (
    (ANYONE, "/tim-kiem?q=hoi+xuan"),
    (ANYONE, "/tim-kiem?q=hoi+xuan+tren+nui&kind=book"),
    (ANYONE, "/tim-kiem?q=khongcotunaynhuthe"),
    (ANYONE, "/duyet?year=2024"),
    (ANYONE, "/duyet?nhom=theme"),
    (ANYONE, "/dia-danh?thoi=cu"),
    (ANYONE, "/chu-de?q=khongcotunaynhuthe"),
    (ANYONE, "/an-pham/{publication_id}/trang/1?q=hoi+xuan"),
    (ANYONE, "/an-pham/{publication_id}/tim?q=hoi+xuan"),
    (ANYONE, "/an-pham/{withdrawn_id}"),
    (ANYONE, "/dat-mat-khau/{link}"),
    (ANYONE, "/bien-nhan/kiem-tra/{check}"),
    (ANYONE, "/khong-co-trang-nay"),
    ("depositor", "/an-pham/{draft_id}"),
    ("depositor", "/an-pham/{draft_id}/sua"),
    ("depositor", "/quan-tri"),
    ("curator", "/an-pham/{publication_id}"),
    ("curator", "/an-pham/{submitted_id}"),
    ("curator", "/an-pham/{withdrawn_id}"),
    ("curator", "/sua-hang-loat?q=hoi+xuan&action=add&field=themes&value=Moi"),
    ("curator", "/so-dang-ky?in=1"),
)
_FRAGMENTS = {"publications.progress", "admin.intake_now", "admin.import_now"}


@dataclass(frozen=True)
class Visit:
    """`is_further`: another look of a route's page."""

    who: str
    path: str
    is_further: bool = False


@contextmanager
def whole_site(folder: Path) -> Iterator[tuple[Standing, Mapping[str, Any]]]:
    """The archive, and what stands in its addresses."""
    with standing_archive(folder) as archive:
        yield archive, _fill(archive)


def _fill(archive: Standing) -> Mapping[str, Any]:
    depositor, curator = archive.actor("depositor"), archive.actor("curator")
    archive.client("admin")
    ids = {
        status: archive.put(
            f"Hội xuân vùng cao, {status.value}",
            make_pdf("Hội xuân trên núi", "Trang hai: hội xuân", "Trang ba"),
            status=status,
            by=depositor,
            abstract="Kể chuyện hội xuân. " * 10,
            series="Tủ sách quê hương",
            volume="2",
            values=VALUES,
        )
        for status in (Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.ACCEPTED)
    }
    _add_records(archive)
    ids[Status.WITHDRAWN] = archive.put("Bản in cũ", make_pdf("Bản in cũ"), by=depositor)
    archive.work()
    with archive.holdings.database.writing() as session:
        given = AuthorityInput(name="Lịch sử", note="Ghi chú mẫu.")
        create_authority(session, "theme", given, by=SYSTEM, authority_id="cd-mau")
        for kind in SECTIONS:
            if kind != "theme":
                create_authority(session, kind, AuthorityInput(name=f"Tên mẫu {kind}"), by=SYSTEM)
        accepted = session.get_one(Publication, ids[Status.ACCEPTED])
        receipt = issue_receipt(session, accepted, by=depositor)
        copies.add_copies(session, accepted, count=2, registration="12", shelf="K1", by=curator)
        write_message(session, accepted, "Đã xem, cảm ơn.", by=curator)
        withdrawn = session.get_one(Publication, ids[Status.WITHDRAWN])
        reviews.withdraw(session, withdrawn, by=curator, note="Có lỗi", public_reason="In lại.")
        upload = create_upload(session, archive.holdings, name="a.pdf", size_bytes=9, by=depositor)
        edit = bulk_edits.start_edit(
            session,
            [accepted.id],
            field="themes",
            action="add",
            value="Du lịch",
            replacement="",
            selection=(),
            first_year=2019,
            by=curator,
        )
        link, _ = accounts.make_password_link(
            session, user_id=depositor.user_id or 0, by=curator, settings=archive.holdings.settings
        )
        session.commit()
    assert receipt is not None
    sheet = archive.holdings.incoming.receive(
        io.BytesIO("Nhan đề,Năm\nMột,2024\nHai,hôm qua\n".encode()), limit_bytes=99
    )
    with archive.holdings.database.writing() as session:
        batch = create_batch(
            session,
            archive.holdings,
            sheet=sheet,
            sheet_name="a.csv",
            files=None,
            files_name="",
            by=curator,
        )
        session.commit()
    archive.work()
    with archive.holdings.database.reading() as session:
        return {
            "publication_id": ids[Status.ACCEPTED],
            "draft_id": ids[Status.RETURNED],
            "submitted_id": ids[Status.SUBMITTED],
            "withdrawn_id": ids[Status.WITHDRAWN],
            "receipt_id": receipt.id,
            "check": session.get_one(Receipt, receipt.id).token,
            "link": link,
            "batch_id": batch.id,
            "upload_id": upload.id,
            "edit_id": edit.id,
            "authority_id": session.scalar(select(Authority.id).where(Authority.id == "cd-mau")),
            "section": "chu-de",
            "user_id": session.scalar(select(User.id).limit(1)),
            "unit_id": session.scalar(select(Unit.id).where(Unit.code == "tinh-doan")),
            "token": "khong-co-lien-ket-nay",
            "ending": "csv",
            "number": 1,
            "position": 1,
            "year": 2026,
            "width_px": 320,
            "name": "css/site.css",
            "region": "full",
            "size": "max",
            "rotation": "0",
            "quality": "default",
            "image_format": "jpg",
            "guide": "nop",
        }


def _add_records(archive: Standing) -> None:
    """Records without files, so that lists have more than one page."""
    with archive.holdings.database.writing() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "tinh-doan")).one()
        for number in range(30):
            record = RecordInput(
                title=f"Hội xuân số {number}", issued=IssueDate(2024, 2), kind="bulletin"
            )
            deposit(
                session,
                archive.holdings,
                publication_id=new_id(),
                record=record,
                files=(),
                unit=unit,
                status=Status.ACCEPTED,
                by=SYSTEM,
            )
        session.commit()


def visits(app: Flask, known: Mapping[str, Any]) -> list[Visit]:
    """Each route that is asked with GET and every further page, with who opens it."""
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        audience = audience_of(app, rule.endpoint)
        if "GET" in (rule.methods or ()) and rule.endpoint not in _FRAGMENTS and audience:
            found.append(Visit(LEAST[audience], _address(app, rule, known)))
    return [*found, *(Visit(who, path.format(**known), is_further=True) for who, path in MORE)]


def _address(app: Flask, rule: Rule, known: Mapping[str, Any]) -> str:
    given = {name: known[name] for name in rule.arguments}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, given, method="GET")
