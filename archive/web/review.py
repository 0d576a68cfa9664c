"""The curators' queue: narrowed, listed, and accepted many at a time."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from archive.core.language import _, counted
from archive.core.roles import Actor
from archive.core.status import WITH_CURATORS, Status
from archive.core.vocabulary import KINDS, STATUS
from archive.services.accepting import AcceptedTogether, accept_together
from archive.services.checks import CHECKS
from archive.services.records import one_line
from archive.services.review_queue import (
    ANY_PROBLEM,
    MINE,
    NOBODY,
    Overview,
    QueueFilter,
    condition_of,
    list_queue,
    overview,
)
from archive.web.access import OpenTo, open_to
from archive.web.context import current_actor, holdings, reading, writing
from archive.web.deposit_lists import deposit_rows, links_of_statuses
from archive.web.languages import here
from archive.web.listing import page_number
from archive.web.pages.parts import Link
from archive.web.pages.queue import QueuePage, QueueSelect, RefusedRow
from archive.web.pages.reviewing import Choice
from archive.web.present import PER_PAGE, paginate, publication_url

blueprint = Blueprint("review", __name__)

PATH = "/duyet-nop"
SUSPECTED = "nghi-trung"
STATE, REVIEWER, CHECK = "tinh-trang", "nguoi-duyet", "kiem-tra"
NARROWING = (REVIEWER, "unit", "year", "kind", CHECK)


@blueprint.get(PATH)
@open_to(OpenTo.CURATORS)
def queue() -> str:
    """What waits for a curator, the longest wait first; other states, and what may be a
    duplicate, by the filter."""
    return _queue(request.args)


@blueprint.post(f"{PATH}/nhan")
@open_to(OpenTo.CURATORS)
def accept_many() -> str:
    """Accept the ticked deposits (`id`), or all that were `shown` where `all` is ticked, and tell
    of those that were left why."""
    ids = request.form.getlist("shown" if "all" in request.form else "id")[:PER_PAGE]
    with writing() as session:
        done = accept_together(
            session, ids, first_year=holdings().settings.first_year, by=current_actor()
        )
        told, refused = _told(done), _refused(done)
        session.commit()
    kept = MultiDict(
        (name, value) for name in (STATE, *NARROWING) for value in request.form.getlist(name)
    )
    return _queue(kept, told=told, refused=refused)


def _told(done: AcceptedTogether) -> str:
    if not (done.accepted or done.known or done.refused):
        return _("Chưa chọn bản nộp nào.")
    parts = (
        [
            counted("Đã nhận {number} bản vào kho.", len(done.accepted)).format(
                number=len(done.accepted)
            )
        ]
        if done.accepted
        else []
    )
    if done.known:
        parts.append(
            counted("{number} bản đã được nhận từ trước.", len(done.known)).format(
                number=len(done.known)
            )
        )
    if done.refused:
        parts.append(
            counted("{number} bản chưa nhận được:", len(done.refused)).format(
                number=len(done.refused)
            )
        )
    return " ".join(parts)


def _refused(done: AcceptedTogether) -> list[RefusedRow]:
    return [
        RefusedRow(row.publication.title, publication_url(row.publication.id), row.reason)
        for row in done.refused
    ]


def _read_filter(args: MultiDict[str, str]) -> QueueFilter:
    """The filter in a URL, read kindly: what makes no sense is left out."""
    chosen = args.get(STATE, "")
    reviewer = one_line(args.get(REVIEWER, ""))[:20]
    check = args.get(CHECK, "")
    if SUSPECTED in args:
        check = "duplicate"
    # One's own deposits are both those in hand and those that came back mended.
    usual = None if reviewer == MINE or SUSPECTED in args else Status.SUBMITTED
    kind = args.get("kind", "")
    return QueueFilter(
        status=Status(chosen) if chosen in STATUS else usual,
        reviewer=reviewer,
        unit=one_line(args.get("unit", ""))[:60],
        year=args.get("year", type=int),
        kind=kind if kind in KINDS else "",
        check=check if check in CHECKS or check == ANY_PROBLEM else "",
    )


def _queue(
    args: MultiDict[str, str], *, told: str = "", refused: list[RefusedRow] | None = None
) -> str:
    session, actor = reading(), current_actor()
    wanted = _read_filter(args)
    condition = condition_of(
        session, wanted, actor=actor, first_year=holdings().settings.first_year
    )
    found = overview(session, condition, actor=actor)
    number = page_number(args)
    waits = wanted.status is None or wanted.status in WITH_CURATORS
    publications = list_queue(
        session,
        condition,
        offset=(number - 1) * PER_PAGE,
        limit=PER_PAGE,
        oldest_first=waits,
    )
    kept = [(name, value) for name, value in args.items(multi=True) if name in (STATE, *NARROWING)]
    page = QueuePage(
        rows=deposit_rows(session, publications, actor, with_checks=waits),
        filters=_tabs(found, wanted, args),
        pagination=paginate(
            page=number,
            total=found.total,
            per_page=PER_PAGE,
            path=here(PATH),
            args=args.to_dict(False),
        ),
        selects=_selects(found, wanted, actor),
        is_narrowed=any(value for name, value in kept if name != STATE),
        clear_url=here(f"{PATH}?{urlencode({STATE: wanted.status})}" if wanted.status else PATH),
        may_tick=waits and bool(publications),
        told=told,
        refused=refused or (),
        kept=kept,
        empty=_empty(args, wanted),
        is_usual=SUSPECTED not in args and wanted == QueueFilter(),
    )
    return render_template("review/queue.html", current="review", page=page)


def _empty(args: MultiDict[str, str], wanted: QueueFilter) -> str:
    """What there is none of, where the list is empty: what the chosen tab would show. Narrowed
    further, the list says nothing of the tab as a whole."""
    narrowed = {name for name in NARROWING if args.get(name)}
    if SUSPECTED in args:
        return _("Không có bản nào nghi trùng") if not narrowed else _("Không có bản nộp nào ở đây")
    if narrowed == {REVIEWER} and wanted.reviewer == MINE and STATE not in args:
        return _("Bạn chưa nhận xem bản nào")
    if narrowed or wanted.status is None:
        return _("Không có bản nộp nào ở đây")
    if wanted.status is Status.SUBMITTED:
        return _("Không có bản nộp nào chờ duyệt")
    return _("Không có bản nào ở tình trạng “{status}”").format(status=STATUS[wanted.status])


def _tabs(found: Overview, wanted: QueueFilter, args: MultiDict[str, str]) -> list[Link]:
    suspected, mine = SUSPECTED in args, wanted.reviewer == MINE and STATE not in args
    chosen = "" if suspected or mine or wanted.status is None else wanted.status.value
    return [
        Link(_("Của tôi"), here(f"{PATH}?{REVIEWER}={MINE}"), count=found.mine, selected=mine),
        *links_of_statuses(found.statuses, chosen=chosen, path=here(PATH))[1:],
        Link(
            _("Nghi trùng"),
            here(f"{PATH}?{SUSPECTED}=1"),
            count=found.suspected,
            selected=suspected,
        ),
    ]


def _selects(found: Overview, wanted: QueueFilter, actor: Actor) -> list[QueueSelect]:
    def select(name: str, label: str, chosen: str, *choices: tuple[str, str]) -> QueueSelect:
        return QueueSelect(
            name, label, [Choice(value, words, value == chosen) for value, words in choices]
        )

    others = [
        (option.value, option.label)
        for option in found.reviewers
        if option.value != str(actor.user_id)
    ]
    return [
        select(
            REVIEWER,
            _("Người xem"),
            wanted.reviewer,
            ("", _("Mọi biên mục viên")),
            (MINE, _("Tôi")),
            (NOBODY, _("Chưa ai nhận")),
            *others,
        ),
        select(
            "unit",
            _("Đơn vị"),
            wanted.unit,
            ("", _("Mọi đơn vị")),
            *((option.value, f"{option.label} ({option.count})") for option in found.units),
        ),
        select(
            "year",
            _("Năm"),
            str(wanted.year or ""),
            ("", _("Mọi năm")),
            *((option.value, f"{option.value} ({option.count})") for option in found.years),
        ),
        select("kind", _("Loại"), wanted.kind, ("", _("Mọi loại")), *KINDS.items()),
        select(
            CHECK,
            _("Kiểm tra"),
            wanted.check,
            ("", _("Tất cả")),
            (ANY_PROBLEM, _("Có điểm cần xử lý")),
            *CHECKS.items(),
        ),
    ]
