"""The routes of `/api/v1`. They share everything with the pages but the form and the template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from flask import Blueprint, Response, jsonify, request, url_for
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict

from archive.api.rest.openapi import RECORD_FORMATS, openapi_document
from archive.api.rest.shapes import (
    ContributorShape,
    FacetValue,
    FileShape,
    InsideAnswer,
    InsideItem,
    InsideParameters,
    PageItemShape,
    PageOfWork,
    PageShape,
    Problem,
    PublicationName,
    PublicationShape,
    SearchAnswer,
    SearchParameters,
    SuggestionShape,
    TextSource,
    UnitShape,
    WordShape,
    WorkItem,
)
from archive.core.errors import QueryRefusedError, SearchIndexError
from archive.core.language import _
from archive.core.vocabulary import CREATOR_ROLES, MULTIPLE_FIELDS
from archive.core.wording import error_sentence, sentence
from archive.metadata.formats import FORMATS
from archive.models import File, Page, PageWords, Publication
from archive.search.highlight import word_indices
from archive.search.requests import SearchRequest
from archive.search.results import PageItem, WorkHit
from archive.services import catalogue
from archive.services.copies import count_copies
from archive.services.exporting import describe
from archive.services.records import TEXT_FIELDS, one_line
from archive.services.searching import Found, search
from archive.services.searching_inside import hits_around, search_inside
from archive.services.word_boxes import unpack_words
from archive.web.access import OpenTo, open_to
from archive.web.context import base_url, current_actor, holdings, reading
from archive.web.listing import suggestion_link
from archive.web.present import (
    FACETS,
    IMAGE_LARGE_PX,
    IMAGE_SMALL_PX,
    facet_label,
    has_image,
    image_url,
)
from archive.web.reader import QUERY_LENGTH

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

# What the search page does not know.
FACET_VALUES = 60
"""So many values of each facet are told."""
_OF_THE_API = ("group", "per_page")
_REPEATABLE = ("year", *[name for name in FACETS if name != "year"])


def _json(shape: BaseModel, status: int = 200) -> Response:
    return Response(shape.model_dump_json(), status=status, mimetype="application/json")


def _problem(status: int, title: str, detail: str, parameter: str | None = None) -> Response:
    shape = Problem(title=title, status=status, detail=detail, parameter=parameter)
    return Response(
        shape.model_dump_json(exclude_none=True),
        status=status,
        mimetype="application/problem+json",
    )


@blueprint.get("/openapi.json")
@open_to(OpenTo.ANYONE)
def document() -> Response:
    return jsonify(openapi_document(holdings().settings.site_name))


@blueprint.get("/search")
@open_to(OpenTo.ANYONE)
def find() -> Response:
    """The search page's results; a bad parameter is a 400 that names it."""
    try:
        parameters = _parameters(request.args)
    except ValidationError as error:
        return _bad_parameter(error)
    asked = SearchRequest(
        viewer=catalogue.viewer_of(current_actor()),
        query=parameters.q,
        years=tuple(parameters.year),
        year_from=parameters.year_from,
        year_to=parameters.year_to,
        units=tuple(parameters.unit),
        kinds=tuple(parameters.kind),
        themes=tuple(parameters.theme),
        places=tuple(parameters.place),
        people=tuple(parameters.person),
        audiences=tuple(parameters.audience),
        grades=tuple(parameters.grade),
        subjects=tuple(parameters.subject),
        languages=tuple(parameters.language),
        sort=parameters.sort,
        group=parameters.group,
        page=parameters.page,
        per_page=parameters.per_page,
        facet_values=FACET_VALUES,
    )
    try:
        found = search(reading(), holdings().index, asked, actor=current_actor())
    except (QueryRefusedError, SearchIndexError) as error:
        return _not_searched(error)
    kept = [pair for pair in request.args.items(multi=True) if pair[0] not in _OF_THE_API]
    return _json(
        search_answer(found, query=parameters.q, group=parameters.group, kept=MultiDict(kept))
    )


def _bad_parameter(error: ValidationError) -> Response:
    first = error.errors()[0]
    name = str(first["loc"][0])
    return _problem(400, _("Tham số chưa đúng"), f"{name}: {first['msg']}", name)


def _not_searched(error: QueryRefusedError | SearchIndexError) -> Response:
    if isinstance(error, QueryRefusedError):
        return _problem(400, _("Câu tìm dài quá"), error_sentence(error), "q")
    return _problem(503, _("Chỉ mục chưa sẵn sàng"), error_sentence(error))


def _parameters(args: MultiDict[str, str]) -> SearchParameters:
    given: dict[str, object] = {}
    for name in args:
        values = args.getlist(name)
        given[name] = values if name in _REPEATABLE else values[-1]
    return SearchParameters.model_validate(given)


def _refuse_unknown(*known: str) -> Response | None:
    """A 400 that names the first parameter which is none of `known`."""
    for name in request.args:
        if name not in known:
            return _problem(
                400,
                _("Tham số chưa đúng"),
                _("{name}: không có tham số này.").format(name=name),
                name,
            )
    return None


def search_answer(
    found: Found, *, query: str, group: str = "work", kept: MultiDict[str, str] | None = None
) -> SearchAnswer:
    """The JSON answer to a search, as the command line prints it too. What it suggests leads to
    the search page with the parameters `kept`."""
    results = found.results
    suggestion = suggestion_link(results, args=kept or MultiDict(), path=url_for("search.results"))
    covers = catalogue.cover_pages(reading(), list(found.publications))
    items: list[WorkItem | PageItemShape] = []
    for item in found.items:
        publication = found.publications[item.work_id]
        if isinstance(item, WorkHit):
            items.append(_work_item(found, item, publication, covers, query=query))
        else:
            items.append(_page_item(found, item, publication, query=query))
    return SearchAnswer(
        query=query,
        total=results.total if group == "work" else results.total_pages,
        total_pages=results.total_pages,
        relaxed=results.relaxed,
        took_ms=round(results.took_ms, 2),
        suggestion=SuggestionShape(text=suggestion.label, url=suggestion.url)
        if suggestion
        else None,
        items=items,
        facets={
            name: [
                FacetValue(
                    value=count.value,
                    label=facet_label(name, count.value, count.label),
                    count=count.count,
                    selected=count.selected,
                )
                for count in results.facets.get(name, ())
            ]
            for name in FACETS
        },
    )


def _snippet(found: Found, publication_id: str, number: int) -> str:
    snippet = found.snippets.get((publication_id, number))
    return snippet.html if snippet else ""


def _read_url(publication_id: str, number: int, query: str) -> str:
    return url_for(
        "publications.read", publication_id=publication_id, number=number, q=query or None
    )


def _work_item(
    found: Found,
    item: WorkHit,
    publication: Publication,
    covers: dict[str, Page],
    *,
    query: str,
) -> WorkItem:
    return WorkItem(
        id=publication.id,
        title=publication.title,
        year=publication.issued_year,
        kind=publication.kind,
        unit=_unit(publication),
        url=url_for("publications.show", publication_id=publication.id),
        thumbnail=_thumbnail(covers.get(publication.id)),
        score=round(item.score, 4),
        pages_matched=item.pages_matched,
        pages=[
            PageOfWork(
                number=page.number,
                label=page.label or str(page.number),
                url=_read_url(publication.id, page.number, query),
                snippet=_snippet(found, publication.id, page.number),
            )
            for page in item.pages
        ],
    )


def _page_item(
    found: Found, item: PageItem, publication: Publication, *, query: str
) -> PageItemShape:
    return PageItemShape(
        publication=PublicationName(id=publication.id, title=publication.title),
        number=item.number,
        label=item.label or str(item.number),
        score=round(item.score, 4),
        snippet=_snippet(found, publication.id, item.number),
        url=_read_url(publication.id, item.number, query),
    )


def _unit(publication: Publication) -> UnitShape:
    return UnitShape(
        code=publication.unit.code,
        name=publication.unit_name,
    )


def _thumbnail(page: Page | None) -> str | None:
    if page is None or not has_image(holdings(), page, IMAGE_SMALL_PX):
        return None
    return image_url(page.publication_id, page.number, IMAGE_SMALL_PX)


@blueprint.get("/publications/<publication_id>")
@open_to(OpenTo.ANYONE)
def publication(publication_id: str) -> Response:
    """The record with its files, as JSON, MARCXML or Dublin Core. 404 for what the caller may not
    open."""
    if (refused := _refuse_unknown("format")) is not None:
        return refused
    wanted = request.args.get("format", "json")
    if wanted not in RECORD_FORMATS:
        known = ", ".join(RECORD_FORMATS)
        return _problem(
            400,
            _("Tham số chưa đúng"),
            _("format: một trong {known}.").format(known=known),
            "format",
        )
    session = reading()
    found = catalogue.find_publication(session, publication_id, actor=current_actor())
    if wanted != "json":
        made = FORMATS[wanted]
        described = describe(session, [found], base_url=base_url())
        return Response(b"".join(made.write_one(described)), content_type=made.content_type)
    cover = catalogue.cover_pages(session, [found.id]).get(found.id)
    values: dict[str, Any] = {name: list(found.values_of(name)) for name in MULTIPLE_FIELDS}
    values["language"] = values.pop("languages")
    plain = {name: getattr(found, name) for name in (*TEXT_FIELDS, "issued", "kind", "is_demo")}
    return _json(
        PublicationShape(
            id=found.id,
            unit=_unit(found),
            year=found.issued_year,
            access=found.access.value,
            embargo_until=str(found.embargo_until) if found.embargo_until else None,
            licence_date=str(found.licence_date) if found.licence_date else None,
            contributors=[
                ContributorShape(
                    name=value.value,
                    role=value.role,
                    role_label=CREATOR_ROLES.get(value.role, ""),
                )
                for value in found.values
                if value.field == "creators"
            ],
            copies_left=count_copies(session, found.id).left,
            status=found.status.value,
            pages=found.page_count,
            url=url_for("publications.show", publication_id=found.id),
            thumbnail=_thumbnail(cover),
            files=[_file(file) for file in catalogue.list_files(session, found.id)],
            **plain,
            **values,
        )
    )


@blueprint.get("/publications/<publication_id>/search")
@open_to(OpenTo.ANYONE)
def find_inside(publication_id: str) -> Response:
    """The pages of one publication that answer. 404 for what the caller may not open."""
    session, actor = reading(), current_actor()
    found = catalogue.find_publication(session, publication_id, actor=actor)
    try:
        parameters = InsideParameters.model_validate(request.args.to_dict())
    except ValidationError as error:
        return _bad_parameter(error)
    try:
        inside = search_inside(
            session, holdings().index, found, parameters.q, actor=actor, page=parameters.page
        )
    except (QueryRefusedError, SearchIndexError) as error:
        return _not_searched(error)
    return _json(
        InsideAnswer(
            publication=PublicationName(id=found.id, title=found.title),
            query=parameters.q,
            total_pages=inside.total_pages,
            total_hits=inside.total_hits,
            relaxed=inside.results.relaxed,
            items=[
                InsideItem(
                    number=hit.page.number,
                    label=hit.page.label or str(hit.page.number),
                    hits=hit.hits,
                    snippet=hit.snippet.html,
                    url=_read_url(found.id, hit.page.number, parameters.q),
                )
                for hit in inside.pages
            ],
        )
    )


def _file(file: File) -> FileShape:
    return FileShape(
        number=file.position,
        name=file.name,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        pages=file.page_count,
        url=url_for(
            "publications.original",
            publication_id=file.publication_id,
            position=file.position,
        ),
        problem=sentence(file.problem_code, file.problem_data) if file.problem_code else None,
    )


@blueprint.get("/publications/<publication_id>/pages/<int:number>")
@open_to(OpenTo.ANYONE)
def page(publication_id: str, number: int) -> Response:
    """One page: its text, where each word stands, and which of them `q` marks."""
    if (refused := _refuse_unknown("q")) is not None:
        return refused
    session, actor = reading(), current_actor()
    found = catalogue.find_page(session, publication_id, number, actor=actor)
    row = session.get(PageWords, found.id)
    boxes = unpack_words(row.packed if row else b"")
    words = [found.text[word.start : word.end] for word in boxes]
    query = one_line(request.args.get("q", ""))[:QUERY_LENGTH]
    marked: Sequence[int] = ()
    if query and words:
        around = hits_around(
            session, holdings().index, found.file.publication, query, number=number, actor=actor
        )
        marked = word_indices(words, around.terms)
    title = found.file.publication.title
    return _json(
        PageShape(
            publication=PublicationName(id=publication_id, title=title),
            number=found.number,
            label=found.label or str(found.number),
            text=found.text,
            words=[
                WordShape(
                    text=text,
                    x0=round(word.x0, 5),
                    y0=round(word.y0, 5),
                    x1=round(word.x1, 5),
                    y1=round(word.y1, 5),
                )
                for text, word in zip(words, boxes, strict=True)
            ],
            marked=list(marked),
            text_source=cast(TextSource, found.text_source),
            width_px=found.width,
            height_px=found.height,
            image=image_url(publication_id, number, IMAGE_LARGE_PX)
            if has_image(holdings(), found, IMAGE_LARGE_PX)
            else None,
            url=url_for("publications.read", publication_id=publication_id, number=number),
        )
    )
