"""A publication, its files and images, and what curators and depositors do with it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from archive.core.errors import InvalidInputError, NotFoundError
from archive.core.roles import Actor
from archive.core.status import Status, TransitionError
from archive.core.vocabulary import ACCESS, LANGUAGES
from archive.core.wording import error_sentence, sentence, size_label
from archive.models import File, Publication
from archive.services import catalogue, reviews
from archive.services.holdings import original_path
from archive.services.progress import progress_of
from archive.services.records import one_line
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading, writing
from archive.web.pages import (
    EventRow,
    Fact,
    FileRow,
    Link,
    PageThumb,
    PublicationPage,
    StageRow,
)
from archive.web.present import (
    IMAGE_LARGE_PX,
    IMAGE_SMALL_PX,
    card_of,
    event_words,
    has_image,
    image_url,
    media_label,
    vietnamese_date,
)
from archive.web.reader import reader_page

blueprint = Blueprint("publications", __name__)

THUMBS = 60
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# Original bytes are never shown inside the site: a browser is told to save them, not to guess what
# they are, and to run nothing should it open them all the same.
ORIGINAL_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-cache",
}


@blueprint.get("/an-pham/<publication_id>")
@open_to(OpenTo.ANYONE)
def show(publication_id: str) -> str:
    session, actor = reading(), current_actor()
    publication = _find(session, publication_id, actor)
    everything = request.args.get("trang") == "tat-ca"
    page = _publication_page(session, publication, actor, all_thumbs=everything)
    return render_template("publications/show.html", current="browse", page=page)


@blueprint.get("/an-pham/<publication_id>/tien-do")
@open_to(OpenTo.DEPOSITORS)
def progress(publication_id: str) -> str | tuple[str, dict[str, str]]:
    """The fragment that a depositor's page asks for while intake runs; at its end the page is
    loaded again, with its pages and images."""
    session, actor = reading(), current_actor()
    publication = _find(session, publication_id, actor)
    page = _publication_page(session, publication, actor, all_thumbs=False)
    html = render_template("publications/_progress.html", page=page)
    return html if page.progress_url else (html, {"HX-Refresh": "true"})


@blueprint.get("/an-pham/<publication_id>/trang/<int:number>")
@open_to(OpenTo.ANYONE)
def read(publication_id: str, number: int) -> str:
    """One page to read, with the words of `q` marked."""
    try:
        page = catalogue.find_page(reading(), publication_id, number, actor=current_actor())
    except NotFoundError:
        abort(404)
    shown = reader_page(reading(), holdings(), page, query=one_line(request.args.get("q", "")))
    return render_template("publications/read.html", current="browse", page=shown)


@blueprint.get("/an-pham/<publication_id>/trang/<int:number>/anh-<int:width_px>.webp")
@open_to(OpenTo.ANYONE)
def page_image(publication_id: str, number: int, width_px: int) -> Response:
    """A page's image at one of the two widths; the reader's right is checked on every request."""
    if width_px not in (IMAGE_SMALL_PX, IMAGE_LARGE_PX):
        abort(404)
    try:
        page = catalogue.find_page(reading(), publication_id, number, actor=current_actor())
    except NotFoundError:
        abort(404)
    path = holdings().images.path(publication_id, f"f{page.file_id}", page.file_page, width_px)
    if not path.is_file():
        abort(404)
    response = send_file(path, mimetype="image/webp", conditional=True)
    # A browser may keep it but asks each time: a withdrawn page is gone at the next look.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.get("/an-pham/<publication_id>/tep/<int:position>")
@open_to(OpenTo.ANYONE)
def original(publication_id: str, position: int) -> Response:
    """The original, byte for byte, as a download under the name its sender gave it."""
    try:
        file = catalogue.find_file(reading(), publication_id, position, actor=current_actor())
    except NotFoundError:
        abort(404)
    path = original_path(
        holdings(), publication_id, file.logical_path, file.publication.object_version
    )
    response = send_file(
        path,
        mimetype=file.media_type,
        as_attachment=True,
        download_name=download_name(file.name, path.suffix),
        conditional=True,
        etag=file.sha256,
    )
    response.headers.update(ORIGINAL_HEADERS)
    return response


def download_name(name: str, suffix: str) -> str:
    """The sender's name without folders and control characters; it is never empty."""
    last = re.split(r"[\\/]", name)[-1]
    return _CONTROL.sub("", last).strip(". ")[-200:] or f"an-pham{suffix}"


@blueprint.post("/an-pham/<publication_id>/nhan")
@open_to(OpenTo.CURATORS)
def accept(publication_id: str) -> Response:
    return _act(publication_id, reviews.accept, "Đã nhận ấn phẩm vào kho.")


@blueprint.post("/an-pham/<publication_id>/tra-lai")
@open_to(OpenTo.CURATORS)
def return_deposit(publication_id: str) -> Response:
    return _act(
        publication_id,
        reviews.return_to_depositor,
        "Đã trả lại kèm lời nhắn.",
        note=request.form.get("note", ""),
    )


@blueprint.post("/an-pham/<publication_id>/thu-hoi")
@open_to(OpenTo.CURATORS)
def withdraw(publication_id: str) -> Response:
    return _act(
        publication_id,
        reviews.withdraw,
        "Đã thu hồi; bạn đọc không còn thấy ấn phẩm này.",
        note=request.form.get("note", ""),
    )


@blueprint.post("/an-pham/<publication_id>/nop-lai")
@open_to(OpenTo.DEPOSITORS)
def resubmit(publication_id: str) -> Response:
    return _act(publication_id, reviews.submit, "Đã gửi duyệt.")


def _act(publication_id: str, verb: Any, done: str, **given: str) -> Response:
    """Do one act of the review, tell how it went, and go back to the publication."""
    actor = current_actor()
    with writing() as session:
        publication = _find(session, publication_id, actor)
        try:
            verb(session, publication, by=actor, **given)
        except (TransitionError, InvalidInputError) as error:
            session.rollback()
            words = (
                "Cần viết lời nhắn: người nộp phải biết vì sao."
                if isinstance(error, InvalidInputError) and error.data["problem"] == "required"
                else error_sentence(error)
            )
            flash(words, "error")
        else:
            session.commit()
            flash(done, "success")
    return redirect(url_for("publications.show", publication_id=publication_id))


def _find(session: Session, publication_id: str, actor: Actor) -> Publication:
    try:
        return catalogue.find_publication(session, publication_id, actor=actor)
    except NotFoundError:
        abort(404)


def _publication_page(
    session: Session, publication: Publication, actor: Actor, *, all_thumbs: bool
) -> PublicationPage:
    mine = actor.may_curate or (actor.may_deposit and publication.unit_id == actor.unit_id)
    files = catalogue.list_files(session, publication.id)
    limit = 2000 if all_thumbs else THUMBS
    pages = catalogue.pages_of(session, publication.id, limit=limit)
    thumbs = [
        PageThumb(
            number=page.number,
            label=page.label or str(page.number),
            url=url_for("publications.read", publication_id=publication.id, number=page.number),
            thumbnail=image_url(publication.id, page.number, IMAGE_SMALL_PX)
            if has_image(holdings(), page, IMAGE_SMALL_PX)
            else None,
        )
        for page in pages
    ]
    progress = progress_of(session, publication, files) if mine else None
    events = catalogue.list_events(session, publication.id) if mine else []
    duplicates = _duplicates(session, publication, files, actor) if mine else []
    return PublicationPage(
        card=card_of(publication, pages[0] if pages else None, holdings()),
        abstract=publication.abstract,
        facts=_facts(publication),
        files=[_file_row(publication.id, file) for file in files],
        thumbs=thumbs,
        thumbs_more_url=url_for("publications.show", publication_id=publication.id, trang="tat-ca")
        if publication.page_count > len(thumbs)
        else "",
        read_url=url_for("publications.read", publication_id=publication.id, number=1)
        if pages
        else "",
        progress=[
            StageRow(
                label=stage.label,
                state=stage.state,
                detail=stage.detail,
                done=stage.done,
                total=stage.total,
            )
            for stage in (progress.stages if progress else ())
        ],
        progress_url=url_for("publications.progress", publication_id=publication.id)
        if progress and progress.is_running
        else "",
        events=[
            EventRow(
                at=event.at,
                who=event.actor_name,
                what=event_words(event.kind, event.data),
                note=event.note,
            )
            for event in events
        ],
        citation=citation(publication),
        may_review=actor.may_curate and publication.status is Status.SUBMITTED,
        may_resubmit=mine and publication.status in (Status.DRAFT, Status.RETURNED),
        may_withdraw=actor.may_curate and publication.status is Status.ACCEPTED,
        duplicate_of=duplicates,
    )


def _duplicates(session: Session, publication: Publication, files: Any, actor: Actor) -> list[Link]:
    """Other publications that hold the same bytes, older ones first."""
    links: dict[str, Link] = {}
    for _, other in catalogue.same_bytes(
        session, [file.sha256 for file in files], but=publication.id
    ):
        visible = other.id in catalogue.publications_by_id(session, [other.id], actor=actor)
        links[other.id] = Link(
            label=same_bytes_words(other, visible=visible),
            url=url_for("publications.show", publication_id=other.id) if visible else "",
        )
    return list(links.values())


def same_bytes_words(other: Publication, *, visible: bool) -> str:
    """An earlier deposit of the same bytes. Of one that the reader may not open only its unit and
    day are told, so that they know whom to ask."""
    what = f"“{other.title}” của {other.unit.name}" if visible else f"một bản của {other.unit.name}"
    return f"{what}, nộp ngày {vietnamese_date(other.added_at)}"


def citation(publication: Publication) -> str:
    """How to name the publication in a text: who, title, place of issue, year."""
    who = "; ".join(publication.values_of("creators")) or (
        publication.unit_name_given or publication.unit.name
    )
    parts = [who, publication.title]
    if publication.publisher:
        parts.append(publication.publisher)
    if publication.issued_year:
        parts.append(str(publication.issued_year))
    return ". ".join(part.rstrip(".") for part in parts) + "."


def _facts(publication: Publication) -> list[Fact]:
    issued = publication.issue_date

    def several(label: str, field: str, facet: str = "") -> Fact:
        return Fact(
            label=label,
            values=[
                (LANGUAGES.get(value, value), f"/duyet?{urlencode({facet: value})}")
                if facet
                else (value, "")
                for value in publication.values_of(field)
            ],
        )

    def one(label: str, value: str) -> Fact:
        return Fact(label=label, values=[(value, "")] if value else [])

    unit = (
        (publication.unit_name_given, "")
        if publication.unit_name_given
        else (publication.unit.name, url_for("home.browse", unit=publication.unit.code))
    )
    facts = [
        Fact("Đơn vị", [unit]),
        one("Thông tin trách nhiệm", publication.responsibility),
        several("Tác giả", "creators"),
        Fact(
            "Phát hành",
            [(issued.vietnamese, url_for("home.browse", year=issued.year))] if issued else [],
        ),
        one("Nhà xuất bản", publication.publisher),
        one("Đơn vị in", publication.printer),
        one("ISBN", publication.isbn),
        one("Số giấy phép", publication.licence_number),
        one("Số lượng in", publication.print_run),
        one("Khổ", publication.dimensions),
        one("Tùng thư", publication.series),
        one("Tập", publication.volume),
        several("Ngôn ngữ", "languages", "language"),
        several("Chủ đề", "themes", "theme"),
        several("Địa danh", "places", "place"),
        several("Nhân vật", "people", "person"),
        several("Sự kiện", "events"),
        several("Đối tượng", "audiences", "audience"),
        several("Lớp", "grades", "grade"),
        several("Môn học", "subjects", "subject"),
        one("Nhiệm vụ", publication.plan_task),
        one("Quyền", publication.rights),
        one("Truy cập", ACCESS[publication.access.value]),
        one(
            "Hạn chế đến",
            f"{publication.embargo_until:%d/%m/%Y}" if publication.embargo_until else "",
        ),
    ]
    return [fact for fact in facts if fact.values]


def _file_row(publication_id: str, file: File) -> FileRow:
    return FileRow(
        name=file.name,
        media_label=media_label(file),
        size_label=size_label(file.size_bytes),
        sha256=file.sha256,
        page_count=file.page_count,
        url=url_for("publications.original", publication_id=publication_id, position=file.position),
        problem=sentence(file.problem_code, file.problem_data) if file.problem_code else "",
    )
