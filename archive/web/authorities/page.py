"""The page of one theme, place, person, body, event, relic or series."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archive.core.authorities import KINDS
from archive.core.errors import NotFoundError
from archive.core.language import N_, Words, _
from archive.models import Authority, Publication
from archive.services.authorities import listing
from archive.services.authorities.editing import find_authority
from archive.services.authorities.kin import Kin, load_kin, typed_name
from archive.web.access import OpenTo, open_to
from archive.web.authorities.base import SECTIONS, authority_url, blueprint
from archive.web.context import current_actor, reading
from archive.web.heads import authority_head
from archive.web.languages import here
from archive.web.listing import page_number, publication_cards
from archive.web.pages.authorities import AuthorityPage, IssueYearRow
from archive.web.pages.parts import Link
from archive.web.present import authority_time, paginate

_KINDS = {section: kind for kind, section in SECTIONS.items()}
_FILTERS = {"theme": "theme", "place": "place", "person": "person"}
GATHERS = Words(
    {
        "theme": N_("Tính cả ấn phẩm thuộc các chủ đề con."),
        "place": N_(
            "Tính cả ấn phẩm nói tới các nơi thuộc địa bàn này hoặc tới tên cũ của địa bàn."
        ),
    }
)
MOST_ISSUES = 1000
CARDS = 20


@blueprint.get(
    '/<any("chu-de", "dia-danh", "nhan-vat", "to-chuc", "su-kien", "di-tich", "tung-thu"):section>'
    "/<authority_id>"
)
@open_to(OpenTo.ANYONE)
def show(section: str, authority_id: str) -> str | Response:
    session, actor = reading(), current_actor()
    try:
        authority = find_authority(session, authority_id)
        if authority.merged_into_id is not None:
            return redirect(authority_url(find_authority(session, authority.merged_into_id)), 301)
    except NotFoundError:
        abort(404)
    if _KINDS[section] != authority.kind:
        return redirect(authority_url(authority), 301)
    kin = load_kin(session, authority.kind) if authority.kind in ("theme", "place") else None
    also = _also(kin, authority) if kin else ()
    number = page_number(request.args)
    is_series = authority.kind == "series"
    rows, total = listing.list_named(
        session,
        listing.names(authority, also=also),
        actor=actor,
        offset=0 if is_series else (number - 1) * CARDS,
        limit=MOST_ISSUES if is_series else CARDS,
    )
    label = kin.label(authority.id) if kin else authority.name
    page = AuthorityPage(
        kind_label=KINDS[authority.kind],
        list_url=url_for(f"authorities.list_{authority.kind}"),
        name=label,
        lead=", ".join(each for each in (authority.dates, authority_time(authority)) if each),
        facts=_facts(authority, listing.around(session, authority.id), kin),
        note=(authority.note if actor.may_curate else authority.public_note).splitlines(),
        source=[part.strip() for part in authority.source.split(";") if part.strip()],
        total=total,
        cards=() if is_series else publication_cards(session, rows),
        years=_years(rows) if is_series else (),
        pagination=None
        if is_series
        else paginate(
            page=number,
            total=total,
            per_page=CARDS,
            path=here(request.path),
            args=request.args.to_dict(flat=False),
        ),
        search_url=f"{here('/duyet')}?{urlencode({_FILTERS[authority.kind]: label})}"
        if authority.kind in _FILTERS
        else "",
        edit_url=url_for("admin.authority", authority_id=authority.id) if actor.may_curate else "",
        gathers=GATHERS.get(authority.kind, "") if total and set(also) - {authority.id} else "",
    )
    head = authority_head(authority, name=label, total=total, number=number)
    return render_template("authorities/show.html", current="browse", page=page, head=head)


def _also(kin: Kin, authority: Authority) -> Sequence[str]:
    """What is counted under the authority with it."""
    found = kin.below if authority.kind == "theme" else kin.gathered
    return sorted(found(authority.id))


def _facts(
    authority: Authority, found: listing.Around, kin: Kin | None
) -> list[tuple[str, Sequence[Link]]]:
    def links(rows: Sequence[Authority]) -> list[Link]:
        return [
            Link(kin.label(row.id) if kin else typed_name(row.name, row.type), authority_url(row))
            for row in rows
        ]

    is_place = authority.kind == "place"
    before, after = (_("Lập từ"), _("Về sau thuộc")) if is_place else (_("Tiền thân"), _("Về sau"))
    now_in, once_in = _over_the_years(authority, found, kin) if is_place and kin else ((), ())
    variants = [
        Link(f"{each.name} ({each.note})" if each.note else each.name, "")
        for each in authority.variants
    ]
    facts: list[tuple[str, Sequence[Link]]] = [
        (_("Tên khác"), variants),
        (_("Thuộc"), links([authority.parent] if authority.parent else [])),
        (_("Trước đó thuộc"), links(found.formerly_in)),
        (before, links(found.earlier)),
        (after, links(found.later)),
        (_("Địa bàn nay thuộc"), links(now_in)),
        (_("Địa bàn trước đây thuộc"), links(once_in)),
        (_("Gồm") if is_place else _("Mục con"), links(found.inside)),
    ]
    return [fact for fact in facts if fact[1]]


def _over_the_years(
    authority: Authority, found: listing.Around, kin: Kin
) -> tuple[Sequence[Authority], Sequence[Authority]]:
    """What its ground became, of what still stands, and what that lay in before; beyond what is
    told of it directly."""
    told = {row.id for row in (*found.earlier, *found.later, *found.formerly_in, *found.inside)}
    below, above = kin.below(authority.id), kin.above(authority.id)
    others = kin.around(authority.id) - below - {authority.id, *told, *above}
    rows = listing.by_ids(reading(), others)
    became = kin.reach(authority.id)
    return (
        [row for row in rows if row.id in became and not row.valid_to],
        [row for row in rows if row.id not in became and row.valid_to],
    )


def _years(rows: Sequence[Publication]) -> list[IssueYearRow]:
    found = []
    for each in listing.issue_years(rows):
        missing = ", ".join(map(str, each.missing))
        found.append(
            IssueYearRow(
                label=_("Năm {year}").format(year=each.year) if each.year else _("Chưa rõ năm"),
                issues=[
                    (
                        issue.volume,
                        Link(issue.title, url_for("publications.show", publication_id=issue.id)),
                    )
                    for issue in each.issues
                ],
                missing=_("Thiếu số {missing}: kho chưa có, hoặc chưa mở cho bạn đọc.").format(
                    missing=missing
                )
                if missing
                else "",
            )
        )
    return found
