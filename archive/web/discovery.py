"""For programs that look for pages: site map, robots.txt, search description, icons, manifest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, abort, current_app, jsonify, request, url_for

from archive.core.errors import NotFoundError
from archive.core.language import VIETNAMESE, _, as_written
from archive.services import sitemap
from archive.web import guides
from archive.web.access import OpenTo, open_to
from archive.web.authorities import SECTIONS
from archive.web.context import base_url, holdings, reading
from archive.web.languages import here, in_each_language, language
from archive.web.static import EXTENSION

blueprint = Blueprint("discovery", __name__)

_XML = "application/xml; charset=utf-8"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"

# What only accounts see, what is made for one look, and lists of lists: endless choices of filters
# and orders over the same publications. The first page of a search is let be.
CLOSED = (
    *("/quan-tri", "/nop", "/cua-toi", "/duyet-nop", "/thong-bao", "/sua-hang-loat"),
    *("/so-dang-ky", "/bien-nhan/", "/dat-mat-khau/", "/doi-mat-khau", "/dang-xuat", "/api/"),
    "/dang-nhap?",
    *("/tim-kiem/", "/tim-kiem.atom", "/tim-kiem?*&", "/duyet/", "/duyet?*&*&", "/duyet?*sort="),
    *("/an-pham/*/tim", "/an-pham/*/tai-ve", "/an-pham/*/trang?", "/an-pham/*/tep/"),
)
PAGES = ("/", "/duyet", "/huong-dan", *(f"/huong-dan/{name}" for name in guides.NAMES))


@blueprint.get("/robots.txt")
@open_to(OpenTo.ANYONE)
def robots() -> Response:
    prefixes = [f"/{code}" for code in holdings().settings.languages if code != VIETNAMESE]
    closed = [f"{prefix}{path}" for prefix in ("", *prefixes) for path in CLOSED]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    lines += ["", f"Sitemap: {base_url()}/sitemap.xml", ""]
    return _lasting("\n".join(lines), "text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
@open_to(OpenTo.ANYONE)
def site_map() -> Response:
    """The parts of the site map: pages and names, then the publications by ten thousand."""
    parts = [
        url_for("discovery.site_map_pages"),
        *(
            url_for("discovery.site_map_part", number=number)
            for number in range(1, sitemap.count_parts(reading()) + 1)
        ),
    ]
    base = escape(base_url())
    return _xml("sitemapindex", (f"<sitemap><loc>{base}{path}</loc></sitemap>" for path in parts))


@blueprint.get("/sitemap-trang.xml")
@open_to(OpenTo.ANYONE)
def site_map_pages() -> Response:
    """The pages that are always there, and those of the names that publications are about."""
    lists = (f"/{section}" for section in SECTIONS.values())
    names = sitemap.names_in_use(reading())
    pages = [(path, None) for path in (*PAGES, *lists)]
    return _urls([*pages, *((f"/{SECTIONS[row.kind]}/{row.id}", row.changed_at) for row in names)])


@blueprint.get("/sitemap-an-pham-<int:number>.xml")
@open_to(OpenTo.ANYONE)
def site_map_part(number: int) -> Response:
    """Ten thousand publications that anyone may open; 404 beyond the last part."""
    found = sitemap.part_of(reading(), number) if number > 0 else ()
    if not found:
        abort(404)
    return _urls((f"/an-pham/{row.id}", row.changed_at) for row in found)


@blueprint.get("/opensearch.xml")
@open_to(OpenTo.ANYONE)
def open_search() -> Response:
    """How a browser searches here from its address bar."""
    name = holdings().settings.site_name
    base = base_url()
    addresses = {
        "text/html": "/tim-kiem?q={searchTerms}",
        "application/atom+xml": "/tim-kiem.atom?q={searchTerms}",
    }
    lines = [
        f'{_HEAD}<OpenSearchDescription xmlns="{_OPENSEARCH}">',
        # The specification gives a short name 16 characters; browsers show what they get.
        f"<ShortName>{escape(name)}</ShortName>",
        f"<Description>{escape(_('Tìm trong {name}').format(name=name))}</Description>",
        "<InputEncoding>UTF-8</InputEncoding>",
        f"<Language>{language()}</Language>",
        f'<Image width="32" height="32" type="image/png">{_icon(32)}</Image>',
        *(
            f"<Url type={quoteattr(type_)} template={quoteattr(base + here(path))}/>"
            for type_, path in addresses.items()
        ),
        "</OpenSearchDescription>\n",
    ]
    return _lasting("\n".join(lines), "application/opensearchdescription+xml; charset=utf-8")


@blueprint.get("/manifest.webmanifest")
@open_to(OpenTo.ANYONE)
def manifest() -> Response:
    """What a phone needs to put the archive on its first screen."""
    name = holdings().settings.site_name
    answer = jsonify(
        {
            "name": name,
            "short_name": name.removeprefix(as_written("Kho Ấn Phẩm ")).strip() or name,
            "lang": language(),
            "start_url": here("/"),
            "scope": "/",
            "display": "minimal-ui",
            "theme_color": "#1c2647",
            "background_color": "#faf5ea",
            "icons": [
                {
                    "src": _asset(f"img/icon-{size}.png"),
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                }
                for size in (192, 512)
            ],
        }
    )
    answer.mimetype = "application/manifest+json"
    return _shared(answer)


@blueprint.get("/favicon.ico")
@open_to(OpenTo.ANYONE)
def favicon() -> Response:
    """For programs that ask for it without having read a page."""
    asset = current_app.extensions[EXTENSION].asset("img/favicon.ico")
    if asset is None:
        raise NotFoundError(what="file", id="favicon.ico")
    return _shared(Response(asset.data, content_type=asset.media_type))


def _urls(pages: Iterable[tuple[str, datetime | None]]) -> Response:
    """Pages by their paths, with the moments of their last changes where these are known, and the
    same pages in other languages."""
    base = escape(base_url())

    def entry(path: str, changed: datetime | None) -> str:
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href="{base}{address}"/>'
            for code, address in in_each_language(path)
        )
        moment = f"<lastmod>{changed:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if changed else ""
        return f"<url><loc>{base}{path}</loc>{moment}{others}</url>"

    return _xml(f'urlset xmlns:xhtml="{_XHTML}"', (entry(*page) for page in pages))


def _asset(name: str) -> str:
    address: str = current_app.extensions[EXTENSION].url(name)
    return address


def _icon(size: int) -> str:
    return escape(base_url() + _asset(f"img/icon-{size}.png"))


def _xml(root: str, entries: Iterable[str]) -> Response:
    lines = (f'{_HEAD}<{root} xmlns="{_SITEMAP}">', *entries, f"</{root.split()[0]}>\n")
    return _lasting("\n".join(lines), _XML)


def _lasting(text: str, content_type: str) -> Response:
    return _shared(Response(text, content_type=content_type))


def _shared(response: Response) -> Response:
    """The same for everybody: proxies may keep it, but ask."""
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
