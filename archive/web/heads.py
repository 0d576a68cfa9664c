"""The heads of the pages that are meant to be found.

What is not open to anyone gets none: whoever is signed in sees pages that others do not, and no
search engine is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from flask import current_app, request, url_for
from markupsafe import Markup

from archive.core.language import N_, Words, _, counted, written_number
from archive.core.vocabulary import KINDS
from archive.metadata import schema_org
from archive.metadata.description import one_line
from archive.models import Authority, Page, Publication
from archive.services.exporting import description_of
from archive.web.context import base_url, current_actor, holdings
from archive.web.languages import here, in_each_language, locale
from archive.web.pages.head import Head, Picture
from archive.web.pages.parts import Link
from archive.web.present import FACETS
from archive.web.static import EXTENSION

DESCRIPTION_LENGTH = 200
"""Characters that a result list shows, and a few more."""
_ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def shortened(text: str, *, most: int = DESCRIPTION_LENGTH) -> str:
    """The text on one line, cut between words where it is longer than `most` characters."""
    line = one_line(text)
    if len(line) <= most:
        return line
    return line[: most - 1].rpartition(" ")[0].rstrip(" ,;:.–-") + "…"


def page_head(
    title: str,
    description: str,
    *,
    args: Mapping[str, str | Sequence[str]] | None = None,
    data: schema_org.Thing | None = None,
    is_listed: bool = True,
) -> Head:
    """The head of the page at the request's path; `args` are the arguments that make it another
    page and not only another view of it."""
    asked = urlencode(args or {}, doseq=True)
    path = quote(here(request.path)) + (f"?{asked}" if asked else "")
    return Head(
        title=title,
        description=shortened(description),
        url=base_url() + path,
        languages=_languages(path),
        locale=locale(),
        picture=site_picture(),
        data=as_data(data) if data else None,
        is_listed=is_listed,
    )


def _languages(path: str) -> list[tuple[str, str]]:
    return [(code, base_url() + each) for code, each in in_each_language(path)]


def home_head() -> Head:
    name = holdings().settings.site_name
    home = base_url() + here("/")
    return page_head(
        name,
        _(
            "Nơi lưu giữ các ấn phẩm tuyên truyền, giáo dục truyền thống của tỉnh. Tìm được từng "
            "chữ trong từng trang, gõ không dấu cũng được; đọc ngay trên mạng, không cần tài khoản."
        ),
        data=schema_org.website(
            name=name,
            url=home,
            search_url=f"{home}tim-kiem?q={{search_term_string}}",
            languages=holdings().settings.languages,
        ),
    )


def browse_head(active: Sequence[Link], *, total: int) -> Head:
    """Of the catalogue, or of what is chosen there. A page of its own is what one choice leads to;
    further choices, orders and pages are views of the same publications."""
    if not active:
        return page_head(
            _("Danh mục"),
            _(
                "Toàn bộ ấn phẩm của kho xếp theo năm phát hành, đơn vị, loại, chủ đề, địa danh, "
                "đối tượng và lớp học."
            ),
        )
    labels = ", ".join(link.label for link in active)
    args = {name: request.args.getlist(name) for name in sorted(request.args) if name in FACETS}
    return page_head(
        _("{label} – Danh mục").format(label=labels),
        counted("{number} ấn phẩm trong kho: {labels}.", total).format(
            number=written_number(total), labels=labels
        ),
        args=args,
        is_listed=len(active) == 1 and total > 0,
    )


def search_head(query: str, *, total: int) -> Head:
    """Of a search: its first page, whatever else the address asks for."""
    if not query:
        return page_head(
            _("Tìm kiếm"),
            _(
                "Tìm trong toàn bộ chữ của các trang ấn phẩm: tên người, địa danh, sự kiện hay một "
                "câu nhớ được, có dấu hay không dấu."
            ),
        )
    return page_head(
        _("{query} – Tìm kiếm").format(query=query),
        counted("{number} ấn phẩm trong kho có trang nói tới “{query}”.", total).format(
            number=written_number(total), query=query
        ),
        args={"q": query},
        is_listed=total > 0,
    )


def names_head(title: str, *, args: Mapping[str, str]) -> Head:
    """Of a list of names; `args` are the request's, of which time and page make other pages."""
    kept = {name: args[name] for name in ("thoi", "page") if name in args}
    return page_head(
        _("{label} – Danh mục").format(label=title),
        _("{label} mà các ấn phẩm của kho nói tới, mỗi mục kèm số ấn phẩm.").format(label=title),
        args=kept,
        is_listed="q" not in args,
    )


def publication_head(publication: Publication) -> Head | None:
    """Of a publication's page, for those who came without an account: what they may open, anyone
    may. None for others."""
    if current_actor().is_signed_in:
        return None
    picture = share_picture(publication.id, publication.title)
    described = description_of(publication, (), base_url=base_url())
    path = url_for("publications.show", publication_id=publication.id)
    return Head(
        title=publication.title,
        description=shortened(publication.abstract) or _in_short(publication),
        url=base_url() + path,
        languages=_languages(path),
        locale=locale(),
        picture=picture,
        kind="book" if publication.kind in ("book", "booklet", "picture_book") else "article",
        data=as_data(
            schema_org.work(described, page_count=publication.page_count, image=picture.url)
        ),
    )


def reader_head(page: Page, *, label: str) -> Head | None:
    """Of one page to read; as `publication_head`. The words that are marked make no other page."""
    if current_actor().is_signed_in:
        return None
    publication = page.file.publication
    title = _("{title}, trang {label}").format(title=publication.title, label=label)
    of_url = base_url() + url_for("publications.show", publication_id=publication.id)
    path = url_for("publications.read", publication_id=publication.id, number=page.number)
    url = base_url() + path
    data = schema_org.page_of(title, url=url, of_title=publication.title, of_url=of_url)
    return Head(
        title=title,
        description=shortened(page.text) or _in_short(publication),
        url=url,
        languages=_languages(path),
        locale=locale(),
        picture=share_picture(publication.id, publication.title),
        kind="article",
        data=as_data(data),
    )


def authority_head(authority: Authority, *, name: str, total: int, number: int) -> Head:
    """Of a name's page; `total` publications are about it. Without any it is not to be listed."""
    kind = KINDS_OF_NAMES[authority.kind]
    about = (
        counted("{name}: {number} ấn phẩm trong kho.", total).format(name=name, number=total)
        if total
        else _("{name}, {kind} trong danh mục.").format(name=name, kind=kind)
    )
    url = base_url() + quote(here(request.path))
    return page_head(
        name,
        " ".join(part for part in (about, authority.public_note) if part),
        args={"page": str(number)} if number > 1 else None,
        data=schema_org.named(
            authority.kind, name=name, url=url, others=[each.name for each in authority.variants]
        ),
        is_listed=total > 0,
    )


KINDS_OF_NAMES = Words(
    {
        "theme": N_("chủ đề"),
        "place": N_("địa danh"),
        "person": N_("nhân vật"),
        "body": N_("tổ chức"),
        "event": N_("sự kiện"),
        "relic": N_("di tích"),
        "series": N_("tùng thư"),
    }
)


def _in_short(publication: Publication) -> str:
    """What an unknown publication is, in one sentence."""
    issued = publication.issue_date
    known = (
        KINDS.get(publication.kind, "") if publication.kind != "other" else _("Ấn phẩm"),
        publication.unit_name,
        _("phát hành {day}").format(day=issued.vietnamese) if issued else "",
        counted("{number} trang", publication.page_count).format(number=publication.page_count)
        if publication.page_count
        else "",
    )
    return shortened(", ".join(part for part in known if part) + ".")


def share_picture(publication_id: str, title: str) -> Picture:
    """The card of a publication that stands beside its address where that is sent on."""
    path = url_for("publications.share_image", publication_id=publication_id)
    return Picture(url=base_url() + path, alt=title)


def site_picture() -> Picture:
    address = current_app.extensions[EXTENSION].url("img/share.png")
    return Picture(url=base_url() + address, alt=holdings().settings.site_name)


def as_data(thing: schema_org.Thing) -> Markup:
    """JSON-LD that can stand in HTML: nothing in it ends the element it stands in."""
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
    return Markup(text)  # noqa: S704 (escaped above)
