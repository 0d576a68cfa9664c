"""What search engines read of a publication, in the words of schema.org."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archive.core.vocabulary import KINDS
from archive.metadata.citation import authors
from archive.metadata.description import DEMO_NOTE, Creator, Description, one_line

Thing = dict[str, Any]

_TYPES: dict[str, str | list[str]] = {
    "book": "Book",
    "booklet": "Book",
    "picture_book": "Book",
    "song_book": ["Book", "Collection"],
    "poster": "Poster",
    "map": "Map",
    "bulletin": "PublicationIssue",
    "magazine": "PublicationIssue",
    "exhibition": "Collection",
}
_SERIES = {"Book": "BookSeries", "PublicationIssue": "Periodical"}
_PARTS = {
    "editor": "editor",
    "compiler": "editor",
    "translator": "translator",
    "illustrator": "illustrator",
    "sponsor": "sponsor",
}
_NAMED = {
    "theme": "DefinedTerm",
    "place": "Place",
    "person": "Person",
    "body": "Organization",
    "event": "Event",
    "relic": "LandmarksOrHistoricalBuildings",
    "series": "CreativeWorkSeries",
}
CONTEXT = "https://schema.org"


def website(*, name: str, url: str, search_url: str, languages: Sequence[str]) -> Thing:
    """The site with the way to search it; `search_url` holds `{search_term_string}`."""
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": name,
        "url": url,
        "inLanguage": list(languages),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search_url},
            "query-input": "required name=search_term_string",
        },
    }


def named(kind: str, *, name: str, url: str, others: Sequence[str] = ()) -> Thing:
    """What an authority of `kind` names, with its other names."""
    made = {"@context": CONTEXT, "@type": _NAMED[kind], "name": one_line(name), "url": url}
    return _filled({**made, "alternateName": [one_line(other) for other in others]})


def page_of(title: str, *, url: str, of_title: str, of_url: str) -> Thing:
    """One page of a publication."""
    return {
        "@context": CONTEXT,
        "@type": "WebPage",
        "name": one_line(title),
        "url": url,
        "isPartOf": {"@type": "CreativeWork", "name": one_line(of_title), "url": of_url},
    }


def work(d: Description, *, page_count: int, image: str = "") -> Thing:
    """A publication. `page_count` 0 where no page is known, `image` an absolute address or ""."""
    kind = _TYPES.get(d.kind, "CreativeWork")
    made: Thing = {
        "@context": CONTEXT,
        "@type": kind,
        "name": one_line(d.title),
        "alternateName": [one_line(name) for name in (d.subtitle, *d.other_titles) if name],
        "url": d.url,
        "image": image,
        "description": one_line(d.abstract),
        "genre": KINDS.get(d.kind, "") if d.kind != "other" else "",
        "author": [_agent(creator) for creator in authors(d)],
        **_parts(d.creators),
        "publisher": {"@type": "Organization", "name": one_line(d.publisher or d.unit_name)},
        "datePublished": str(d.issued) if d.issued else "",
        "inLanguage": list(d.languages),
        "bookEdition": one_line(d.edition) if "Book" in kind else "",
        "isbn": one_line(d.isbn),
        "issn": one_line(d.issn) if kind != "PublicationIssue" else "",
        "numberOfPages": page_count if "Book" in kind else 0,
        "pagination": str(page_count) if page_count and kind == "PublicationIssue" else "",
        "issueNumber": one_line(d.volume) if kind == "PublicationIssue" else "",
        "about": [
            *_things("DefinedTerm", d.themes),
            *_things("Person", d.people),
            *_things("Place", (*d.places, *d.relics)),
            *_things("Event", d.events),
        ],
        "audience": [{"@type": "Audience", "audienceType": one_line(each)} for each in d.audiences],
        "isPartOf": _series(d, kind),
        "identifier": d.accession_number,
        "copyrightNotice": one_line(d.rights),
        "disambiguatingDescription": DEMO_NOTE if d.is_demo else "",
        "isAccessibleForFree": True,
    }
    return _filled(made)


def _series(d: Description, kind: str | list[str]) -> Thing:
    if not d.series:
        return {}
    type_ = _SERIES.get(kind if isinstance(kind, str) else kind[0], "CreativeWorkSeries")
    issn = one_line(d.issn) if type_ == "Periodical" else ""
    return _filled({"@type": type_, "name": one_line(d.series), "issn": issn})


def _parts(creators: Sequence[Creator]) -> Thing:
    """Those who did something other than write, under what schema.org calls it."""
    parts: Thing = {}
    for creator in creators:
        if creator.role and creator.role != "author":
            name = _PARTS.get(creator.role, "contributor")
            parts.setdefault(name, []).append(_agent(creator))
    return parts


def _agent(creator: Creator) -> Thing:
    type_ = "Organization" if creator.is_body else "Person"
    return {"@type": type_, "name": one_line(creator.name)}


def _things(type_: str, names: Sequence[str]) -> list[Thing]:
    return [{"@type": type_, "name": one_line(name)} for name in names]


def _filled(made: Thing) -> Thing:
    """What says something; a list of one is that one."""
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in made.items()
        if value
    }
