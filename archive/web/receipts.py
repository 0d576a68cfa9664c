"""Receipts: for those who handed in, as a sheet to print, and for anybody who checks one."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, render_template, request, url_for

from archive.core.dates import local
from archive.core.errors import NotFoundError
from archive.core.language import _, as_written, in_vietnamese
from archive.core.wording import size_label
from archive.metadata.receipt_sheet import ReceiptSheet, SheetFile, receipt_pdf
from archive.models import Receipt
from archive.services import receipts
from archive.web.access import OpenTo, open_to
from archive.web.context import base_url, current_actor, holdings, reading
from archive.web.pages.parts import Link
from archive.web.pages.receipts import ReceiptCheckPage, ReceiptFile, ReceiptPage

blueprint = Blueprint("receipts", __name__, url_prefix="/bien-nhan")

_SHA256 = re.compile(r"[0-9a-f]{64}")


@blueprint.get("/<receipt_id>")
@open_to(OpenTo.DEPOSITORS)
def show(receipt_id: str) -> str:
    """The receipt, for its unit and for curators."""
    receipt = _find(receipt_id)
    content = receipt.content
    chain = receipts.receipts_of(reading(), receipt.publication_id)
    place = next(n for n, row in enumerate(chain) if row.id == receipt.id)
    page = ReceiptPage(
        number=receipt.label,
        issued_at=receipt.issued_at,
        unit=content["unit"],
        title=content["title"],
        depositor=content["depositor"],
        files=[
            ReceiptFile(file["name"], size_label(file["size_bytes"]), file["sha256"])
            for file in content["files"]
        ],
        total_label=size_label(sum(file["size_bytes"] for file in content["files"])),
        publication_url=url_for("publications.show", publication_id=receipt.publication_id),
        pdf_url=url_for("receipts.pdf", receipt_id=receipt.id),
        check_url=_check_url(receipt),
        earlier=receipt_link(chain[place - 1]) if place else None,
        later=receipt_link(chain[place + 1]) if place + 1 < len(chain) else None,
    )
    return render_template("receipts/show.html", current="mine", page=page)


def receipt_link(receipt: Receipt) -> Link:
    return Link(receipt.label, url_for("receipts.show", receipt_id=receipt.id))


@blueprint.get("/<receipt_id>.pdf")
@open_to(OpenTo.DEPOSITORS)
def pdf(receipt_id: str) -> Response:
    """The same as a sheet to print and file."""
    receipt = _find(receipt_id)
    with in_vietnamese():
        sheet = _sheet(receipt)
    made = receipt_pdf(sheet, assets=holdings().settings.assets)
    name = f"bien-nhan-{receipt.number}-{receipt.year}.pdf"
    return Response(
        made,
        mimetype="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "private, no-cache",
            "X-Content-Type-Options": "nosniff",
        },
    )


@blueprint.get("/kiem-tra/<token>")
@open_to(OpenTo.ANYONE)
def check(token: str) -> str | tuple[str, int]:
    """What the archive's book says of the paper with this token; with `sha256` also whether a file
    is one of those it names."""
    try:
        found = receipts.check_receipt(reading(), token)
    except NotFoundError:
        return render_template("receipts/unknown.html", current=""), 404
    receipt = found.receipt
    asked = re.sub(r"\s", "", request.args.get("sha256", "")).lower()[:200]
    digests = [file["sha256"] for file in receipt.content["files"]]
    page = ReceiptCheckPage(
        number=receipt.label,
        issued_at=receipt.issued_at,
        unit=receipt.content["unit"],
        title=found.title,
        files=[
            ReceiptFile("", size_label(file["size_bytes"]), file["sha256"], file["sha256"] == asked)
            for file in receipt.content["files"]
        ],
        later=found.later,
        asked=asked,
        answer=_answer(asked, digests),
        is_match=asked in digests,
    )
    return render_template("receipts/check.html", current="", page=page)


def _sheet(receipt: Receipt) -> ReceiptSheet:
    content, when = receipt.content, local(receipt.issued_at)
    facts = [
        (as_written("Đơn vị nộp"), content["unit"]),
        (as_written("Nhan đề"), content["title"]),
        (as_written("Cán bộ nộp"), content["depositor"]),
        (as_written("Tổng dung lượng"), size_label(sum(f["size_bytes"] for f in content["files"]))),
        (
            as_written("Tiếp theo giấy"),
            as_written(f"số {content['earlier']}") if content["earlier"] else "",
        ),
    ]
    return ReceiptSheet(
        site=holdings().settings.site_name,
        number=receipt.label,
        issued_at=receipt.issued_at,
        place_time=as_written(f"Nhận lúc {when:%H:%M} ngày {when:%d/%m/%Y} (giờ Việt Nam)"),
        facts=[(label, value) for label, value in facts if value],
        files=[
            SheetFile(file["name"], size_label(file["size_bytes"]), file["sha256"])
            for file in content["files"]
        ],
        check_url=_check_url(receipt),
    )


def _answer(asked: str, digests: list[str]) -> str:
    if not asked:
        return ""
    if not _SHA256.fullmatch(asked):
        return _("Đó chưa phải mã SHA-256: mã gồm 64 ký tự, chỉ có chữ số và chữ từ a đến f.")
    if asked in digests:
        return _("Đúng: đây là mã của tệp số {number} trong giấy biên nhận này.").format(
            number=digests.index(asked) + 1
        )
    return _("Không có tệp nào trong giấy biên nhận này mang mã đó.")


def _check_url(receipt: Receipt) -> str:
    return base_url() + url_for("receipts.check", token=receipt.token)


def _find(receipt_id: str) -> Receipt:
    try:
        return receipts.find_receipt(reading(), receipt_id, actor=current_actor())
    except NotFoundError:
        abort(404)
