"""A list that holds nothing: the same list with less asked of it, and what it would then hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from archive.core.errors import QueryRefusedError, SearchIndexError
from archive.core.language import _, counted, written_number
from archive.models import Publication
from archive.search.requests import SearchRequest
from archive.search.results import SearchResults
from archive.services.catalogue import viewer_of
from archive.services.records import one_line
from archive.services.searching import count_each
from archive.services.searching_inside import count_inside
from archive.web.context import current_actor, holdings, reading
from archive.web.languages import here
from archive.web.letters import letter_words
from archive.web.listing import BOUNDS, FACET_FIELDS, value_labels
from archive.web.pages.parts import Link
from archive.web.present import facet_label

_WITHOUT: Mapping[str, Mapping[str, Any]] = {
    **{name: {field: ()} for name, field in FACET_FIELDS.items()},
    "year": {"years": ()},
    "year_from": {"year_from": None},
    "year_to": {"year_to": None},
    "chu": {"letter": ""},
}
"""An argument of the address → the field of a request that it fills, as it is without it."""


def ways_out(
    asked: SearchRequest, results: SearchResults, *, args: MultiDict[str, str], path: str
) -> list[Link]:
    """Links that find something where `asked` finds nothing: with the words that were probably
    meant, without one of the filters, without all of them, without the words. Each says how many
    publications it leads to; one that would find none is not offered."""
    filters = {name: _filter_words(name, asked, results) for name in _WITHOUT}
    chosen = [name for name, label in filters.items() if label]
    tries: list[tuple[str, SearchRequest, MultiDict[str, str]]] = []
    if results.suggestion:
        query = results.suggestion
        with_it = args.copy()
        with_it["q"] = query
        tries.append((_("Tìm “{query}”").format(query=query), replace(asked, query=query), with_it))
    dropping = {name: _("Bỏ “{filter}”").format(filter=filters[name]) for name in chosen}
    for name, label in dropping.items():
        less = replace(asked, **_WITHOUT[name])
        tries.append((label, less, _without(args, name)))
    if asked.query and chosen:
        label = _("Bỏ từ “{query}”").format(query=asked.query)
        tries.append((label, replace(asked, query=""), _without(args, "q")))
    found = _counted(tries)
    if len(chosen) > 1 and not any(label in dropping.values() for label, *_rest in found):
        bare = asked
        for name in chosen:
            bare = replace(bare, **_WITHOUT[name])
        found += _counted([(_("Bỏ mọi bộ lọc"), bare, _without(args, *chosen))])
    return [
        Link(
            counted("{label}: {number} ấn phẩm", count).format(
                label=label, number=written_number(count)
            ),
            _address(path, left),
            count=count,
        )
        for label, left, count in found
    ]


def ways_out_inside(
    publication: Publication, query: str, *, suggestion: str, address: str
) -> list[Link]:
    """Links that find something where the search inside a publication finds no page: with the
    words that were probably meant, and through the whole archive."""
    session, index, actor = reading(), holdings().index, current_actor()
    found = []
    try:
        if suggestion:
            pages = count_inside(session, index, publication, suggestion, actor=actor)
            if pages:
                label = counted("Tìm “{query}” ở đây: {number} trang", pages).format(
                    query=suggestion, number=written_number(pages)
                )
                found.append(Link(label, f"{address}?{urlencode({'q': suggestion})}", count=pages))
        everywhere = [each for each in (query, suggestion) if each]
        viewer = viewer_of(actor)
        asked = [SearchRequest(viewer=viewer, query=each) for each in everywhere]
        counts = count_each(session, index, asked, actor=actor)
    except (SearchIndexError, QueryRefusedError):
        return found
    for words, count in zip(everywhere, counts, strict=True):
        if count:
            label = counted("Tìm “{query}” trong toàn kho: {number} ấn phẩm", count).format(
                query=words, number=written_number(count)
            )
            found.append(Link(label, f"{here('/tim-kiem')}?{urlencode({'q': words})}", count=count))
    return found


def _filter_words(name: str, asked: SearchRequest, results: SearchResults) -> str:
    """What a filter asks for, in words; "" where it asks for nothing."""
    if name == "chu":
        return letter_words(asked.letter)
    if name in BOUNDS:
        bound = asked.year_from if name == "year_from" else asked.year_to
        return BOUNDS[name].format(bound) if bound is not None else ""
    labels = value_labels(results)
    words = ", ".join(
        facet_label(name, value, labels.get((name, value)))
        for value in asked.selected().get(name, ())
    )
    return _("năm {year}").format(year=words) if words and name == "year" else words


def _counted(
    tries: list[tuple[str, SearchRequest, MultiDict[str, str]]],
) -> list[tuple[str, MultiDict[str, str], int]]:
    """Those that find something. None where the index cannot be asked: this is only help."""
    requests = [request for _label, request, _left in tries]
    try:
        counts = count_each(reading(), holdings().index, requests, actor=current_actor())
    except (SearchIndexError, QueryRefusedError):
        return []
    return [
        (label, left, count)
        for (label, _request, left), count in zip(tries, counts, strict=True)
        if count
    ]


def _without(args: MultiDict[str, str], *names: str) -> MultiDict[str, str]:
    return MultiDict(
        (name, value) for name, value in args.items(multi=True) if name not in (*names, "page")
    )


def _address(path: str, args: MultiDict[str, str]) -> str:
    pairs = [(name, one_line(value)) for name, value in args.items(multi=True)]
    return f"{path}?{urlencode(pairs)}" if pairs else path
