"""Alike publications as a page tells of them: to curators with buttons, to depositors as news."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from archive.core.language import N_, Words, _
from archive.core.likeness import Decision
from archive.core.roles import Actor
from archive.models import Page, Publication
from archive.services.likeness import Likeness, Surroundings, look_around
from archive.web.context import holdings
from archive.web.pages.parts import Link
from archive.web.pages.publication import LikenessPanel, LikenessRow, PagePair
from archive.web.present import IMAGE_SMALL_PX, has_image, image_url, written_date

DECIDED = Words(
    {
        Decision.SAME: N_("Đã xác nhận là bản trùng"),
        Decision.EDITION: N_("Đã xác nhận là hai lần xuất bản"),
        Decision.DIFFERENT: N_("Đã xác nhận là không trùng"),
    }
)
KEPT = N_("Bản nộp vẫn được giữ; biên mục viên sẽ xem.")
NOTED = Words(
    {
        Decision.SAME: N_("Đã ghi nhận hai bản trùng nhau. Cả hai vẫn được giữ."),
        Decision.EDITION: N_(
            "Đã ghi nhận hai lần xuất bản. Trang của mỗi bản có liên kết sang bản kia."
        ),
        Decision.DIFFERENT: N_("Đã ghi nhận hai ấn phẩm không trùng nhau."),
    }
)


def likeness_panel(
    publication: Publication,
    actor: Actor,
    *,
    found: Sequence[Likeness],
    around: Surroundings,
    pages: Iterable[Page],
) -> LikenessPanel | None:
    """What the publication is like, for those who work with it; None where nothing is. `found`:
    its pairs, all of them, and `around` their others; `pages`: those that the pairs name. A
    depositor does not hear of pairs that a curator told apart, nor of what they may not know."""
    pairs = _told(found, around.told, actor)
    if not pairs:
        return None
    visible = around.told if actor.may_curate else around.visible.keys()
    images = _Images({(page.publication_id, page.number): page for page in pages})
    is_open = any(pair.decision is Decision.UNDECIDED for pair in pairs)
    if actor.may_curate:
        note = _("Máy so chữ của từng trang. Xin xem rồi xác nhận; không bản nào bị xóa.")
    elif is_open:
        note = f"{_opening(publication, pairs[0])}. {_(KEPT)}"
    else:
        note = _("Bản nộp vẫn được giữ.")
    return LikenessPanel(
        title=_("Có thể trùng") if is_open else _("Ấn phẩm gần giống"),
        note=note,
        rows=[
            _row(publication.id, pair, visible=pair.other.id in visible, images=images)
            for pair in pairs
        ],
        is_open=is_open,
        decide_url=url_for("publications.decide", publication_id=publication.id)
        if actor.may_curate
        else "",
    )


def likeness_news(
    session: Session,
    publications: Sequence[Publication],
    actor: Actor,
    *,
    found: Mapping[str, Sequence[Likeness]],
) -> dict[str, str]:
    """For each of these publications with an undecided pair among the pairs `found` what `actor` is
    told of the strongest one: a curator the reason, a depositor also that the deposit is kept."""
    others = {pair.other.id for pairs in found.values() for pair in pairs}
    # A curator may know of all: nothing to look up.
    around = (
        look_around(session, "", others, actor=actor)
        if others and not actor.may_curate
        else Surroundings()
    )
    known = others if actor.may_curate else around.told
    strongest: dict[str, Likeness] = {}
    for publication_id, pairs in found.items():
        waiting = [
            pair for pair in _told(pairs, known, actor) if pair.decision is Decision.UNDECIDED
        ]
        if waiting:
            strongest[publication_id] = waiting[0]
    visible = known if actor.may_curate else around.visible.keys()
    news = {}
    for publication in publications:
        if (pair := strongest.get(publication.id)) is None:
            continue
        reason = pair.reason(_name_of(pair.other, visible=pair.other.id in visible))
        news[publication.id] = (
            f"{reason}."
            if actor.may_curate
            else f"{_opening(publication, pair)}: {reason[0].lower()}{reason[1:]}. {_(KEPT)}"
        )
    return news


def _opening(publication: Publication, pair: Likeness) -> str:
    is_earlier = pair.other.added_at <= publication.added_at
    if is_earlier:
        return _("Kho đã có một bản gần giống")
    return _("Kho mới nhận thêm một bản gần giống")


def edition_links(publication: Publication, others: Sequence[Publication]) -> list[Link]:
    """This and its other editions `others`, the oldest first; [] for an only one."""
    if not others:
        return []
    editions = sorted(
        [publication, *others], key=lambda one: (one.issued or "9999", one.added_at, one.id)
    )
    return [
        Link(
            label=_edition_label(edition, editions),
            url=url_for("publications.show", publication_id=edition.id),
            selected=edition.id == publication.id,
        )
        for edition in editions
    ]


def _edition_label(edition: Publication, editions: Sequence[Publication]) -> str:
    """The year, with the title where that changed, with the day of arrival where nothing else
    tells two apart."""
    year = str(edition.issued_year) if edition.issued_year else _("chưa rõ năm")
    if len({one.title for one in editions}) > 1:
        year = f"{year} (“{edition.title}”)"
    twins = [
        one
        for one in editions
        if (one.issued_year, one.title) == (edition.issued_year, edition.title)
    ]
    return (
        _("{year}, nộp {day}").format(year=year, day=written_date(edition.added_at))
        if len(twins) > 1
        else year
    )


def _told(pairs: Iterable[Likeness], known: Collection[str], actor: Actor) -> list[Likeness]:
    return [
        pair
        for pair in pairs
        if pair.other.id in known and (actor.may_curate or pair.decision is not Decision.DIFFERENT)
    ]


def _name_of(other: Publication, *, visible: bool) -> str:
    """Of what the reader may not open only unit and day are told, so that they know whom to ask."""
    unit = other.unit_name
    if not visible:
        return _("một bản của {unit}, nộp ngày {day}").format(
            unit=other.unit.name, day=written_date(other.added_at)
        )
    year = f", {other.issued_year}" if other.issued_year else ""
    return f"“{other.title}” ({unit}{year})"


@dataclass(frozen=True)
class _Images:
    """The small pictures of pages, where they are drawn."""

    pages: Mapping[tuple[str, int], Page]

    def url(self, publication_id: str, number: int) -> str:
        page = self.pages.get((publication_id, number))
        if page is None or not has_image(holdings(), page, IMAGE_SMALL_PX):
            return ""
        return image_url(publication_id, number, IMAGE_SMALL_PX)


def _row(publication_id: str, pair: Likeness, *, visible: bool, images: _Images) -> LikenessRow:
    decided = ""
    if pair.decision is not Decision.UNDECIDED:
        who = f"{pair.decided_by}, " if pair.decided_by else ""
        decided = f"{DECIDED[pair.decision]} ({who}{written_date(pair.decided_at)})."
    return LikenessRow(
        reason=pair.reason(_name_of(pair.other, visible=visible)) + ".",
        url=url_for("publications.show", publication_id=pair.other.id) if visible else "",
        title=pair.other.title if visible else "",
        pages=[
            PagePair(
                our_number=ours,
                our_url=_page_url(publication_id, ours),
                our_image=images.url(publication_id, ours),
                their_number=theirs,
                their_url=_page_url(pair.other.id, theirs),
                their_image=images.url(pair.other.id, theirs),
            )
            for ours, theirs in pair.pages
        ]
        if visible
        else (),
        decided=decided,
        other_id=pair.other.id if visible else "",
    )


def _page_url(publication_id: str, number: int) -> str:
    return url_for("publications.read", publication_id=publication_id, number=number)
