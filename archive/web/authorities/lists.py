"""The names of a kind: from A to Z, as a tree, by what they lay in; with their counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from flask import render_template, request, url_for
from werkzeug.datastructures import MultiDict

from archive.core.authorities import KINDS
from archive.core.language import N_, Words, _, written_number
from archive.models import Authority
from archive.services.authorities import listing
from archive.services.authorities.kin import typed_name
from archive.services.authorities.ordered import list_names
from archive.services.browsing import as_tree
from archive.services.records import one_line
from archive.web.access import OpenTo, open_to
from archive.web.authorities.base import SECTIONS, authority_row, blueprint
from archive.web.context import current_actor, holdings, reading
from archive.web.heads import names_head
from archive.web.letters import letter_links
from archive.web.listing import letter_in, page_number, with_argument
from archive.web.pages.authorities import AuthorityGroup, AuthorityListPage, AuthorityRow
from archive.web.pages.parts import Link, Pagination
from archive.web.present import paginate

ROWS = 80
# What is over stands by district, and a district is not torn apart.
ROWS_PAST = 400
# So few names need no letters to be found.
LETTERS_FROM = 12
TIMES = Words({"": N_("Hiện nay"), "cu": N_("Trước đây")})
HELD = Words({"": N_("Tất cả"), "roi": N_("Đã có ấn phẩm"), "chua": N_("Chưa có ấn phẩm")})
EMPTY_HELD = Words(
    {
        "roi": N_("Kho chưa có ấn phẩm nào nói tới các tên này."),
        "chua": N_("Mọi tên trong danh sách này đều đã có ấn phẩm."),
    }
)
_ALL_HELD = Words(
    {
        "place": N_("Cả {total} xã, phường hiện nay đều đã có ấn phẩm."),
        "relic": N_("Cả {total} di tích đều đã có ấn phẩm."),
    }
)
_SOME_HELD = Words(
    {
        "place": N_(
            "{covered} trong {total} xã, phường hiện nay đã có ấn phẩm, {missing} nơi chưa có."
        ),
        "relic": N_("{covered} trong {total} di tích đã có ấn phẩm, {missing} nơi chưa có."),
    }
)


def _list_view(kind: str) -> Callable[[], str]:
    def show_list() -> str:
        return _themes() if kind == "theme" else _list(kind)

    return open_to(OpenTo.ANYONE)(show_list)


for _kind, _section in SECTIONS.items():
    blueprint.add_url_rule(f"/{_section}", f"list_{_kind}", _list_view(_kind), methods=["GET"])


def _list(kind: str) -> str:
    """Names from A to Z; what is over by district, as many as there are."""
    session, args = reading(), request.args
    query = one_line(args.get("q", ""))
    path = url_for(f"authorities.list_{kind}")
    past = args.get("thoi") == "cu" if kind == "place" and not query else None
    counts = listing.counts_for(session, holdings().index, actor=current_actor())
    held = args.get("co", "") if counts is not None and not query else ""
    letter = letter_in(args) if not query and not past else ""
    per_page = ROWS_PAST if past else ROWS
    offset = (page_number(args) - 1) * per_page
    letters: Sequence[Link] = ()
    if query:
        rows, total = listing.list_authorities(
            session, kind, query=query, offset=offset, limit=per_page
        )
    else:
        found = list_names(
            session,
            kind,
            letter=letter,
            past=past,
            kept=_kept(held, counts or {}),
            offset=offset,
            limit=per_page,
        )
        rows, total = found.rows, found.total
        if not past and found.letters.total() > LETTERS_FROM:
            letters = letter_links(
                found.letters,
                chosen=letter,
                address=lambda each: with_argument(args, path=path, name="chu", value=each),
            )
    made = [authority_row(row, counts, with_parent=not past) for row in rows]
    return _list_page(
        kind,
        () if past else made,
        total=total,
        query=query,
        times=_choices(args, path, "thoi", TIMES) if past is not None else (),
        held=_choices(args, path, "co", HELD) if counts is not None and not query else (),
        letters=letters,
        groups=_by_parent(rows, made) if past else (),
        empty=EMPTY_HELD.get(held, "") if total == 0 else "",
        lead=_lead(kind, counts) if not query and not past else "",
        pagination=paginate(
            page=page_number(args),
            total=total,
            per_page=per_page,
            path=path,
            args=args.to_dict(flat=False),
        ),
    )


def _kept(held: str, counts: Mapping[str, int]) -> Callable[[str], bool] | None:
    if held not in EMPTY_HELD:
        return None
    return lambda authority_id: bool(counts.get(authority_id)) == (held == "roi")


def _choices(
    args: MultiDict[str, str], path: str, name: str, labels: Mapping[str, str]
) -> list[Link]:
    chosen = args.get(name, "")
    chosen = chosen if chosen in labels else ""
    return [
        Link(
            label,
            with_argument(args, path=path, name=name, value=value),
            selected=value == chosen,
        )
        for value, label in labels.items()
    ]


def _by_parent(rows: Sequence[Authority], made: Sequence[AuthorityRow]) -> list[AuthorityGroup]:
    """The rows, which stand in the order of what they lay in, under its name."""
    found: list[AuthorityGroup] = []
    pairs = zip(rows, made, strict=True)
    for _parent, group in groupby(pairs, key=lambda pair: pair[0].parent_id):
        own = list(group)
        parent = own[0][0].parent
        inside = [row for _authority, row in own]
        label = typed_name(parent.name, parent.type) if parent else _("Không thuộc huyện nào")
        is_named = parent is not None
        found.append(AuthorityGroup(label, inside, note=_covered(inside), is_named=is_named))
    return found


def _covered(rows: Sequence[AuthorityRow]) -> str:
    if any(row.count is None for row in rows):
        return ""
    covered = sum(bool(row.count) for row in rows)
    if not covered:
        return _("Chưa nơi nào có ấn phẩm.")
    return _("{covered} trong {total} nơi có ấn phẩm.").format(
        covered=written_number(covered), total=written_number(len(rows))
    )


def _lead(kind: str, counts: Mapping[str, int] | None) -> str:
    """Of how many communes of today, or relics, the archive holds anything."""
    if counts is None or kind not in ("place", "relic"):
        return ""
    ids = listing.communes(reading()) if kind == "place" else listing.relics(reading())
    if not ids:
        return ""
    covered = sum(bool(counts.get(each)) for each in ids)
    sentence = _ALL_HELD[kind] if covered == len(ids) else _SOME_HELD[kind]
    return sentence.format(
        covered=written_number(covered),
        total=written_number(len(ids)),
        missing=written_number(len(ids) - covered),
    )


def _themes() -> str:
    """The whole tree, or the themes that answer a query."""
    if any(request.args.get(name, "").strip() for name in ("q", "chu", "co")):
        return _list("theme")
    session = reading()
    rows, total = listing.list_authorities(session, "theme", limit=2000)
    counts = listing.counts_for(session, holdings().index, actor=current_actor())
    path = url_for("authorities.list_theme")
    return _list_page(
        "theme",
        [authority_row(row, counts, depth=depth) for row, depth in as_tree(rows)],
        total=total,
        held=_choices(request.args, path, "co", HELD) if counts is not None else (),
    )


def _list_page(
    kind: str,
    rows: Sequence[AuthorityRow],
    *,
    total: int,
    query: str = "",
    times: Sequence[Link] = (),
    held: Sequence[Link] = (),
    letters: Sequence[Link] = (),
    groups: Sequence[AuthorityGroup] = (),
    lead: str = "",
    empty: str = "",
    pagination: Pagination | None = None,
) -> str:
    page = AuthorityListPage(
        title=KINDS[kind],
        rows=rows,
        total=total,
        query=query,
        sections=[
            Link(label, url_for(f"authorities.list_{each}"), selected=each == kind)
            for each, label in KINDS.items()
        ],
        times=times,
        held=held,
        letters=letters,
        groups=groups,
        lead=lead,
        pagination=pagination,
        edit_url=url_for("admin.authorities", loai=kind) if current_actor().may_curate else "",
        all_url=url_for(f"authorities.list_{kind}"),
        empty=empty,
    )
    head = names_head(KINDS[kind], args=request.args)
    return render_template("authorities/list.html", current="browse", page=page, head=head)
