"""The shapes of the JSON API: what pydantic writes here is what the OpenAPI document says."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Sort = Literal["relevance", "newest", "oldest", "title"]
Group = Literal["work", "page"]
TextSource = Literal["embedded", "repaired", "ocr", "none"]
Codes = Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=20)]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class SearchParameters(Shape):
    """The query string of `GET /api/v1/search`; unknown names are refused, so that a slip of the
    pen does not silently widen a search."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: str = ""
    year: list[int] = Field(default=[], max_length=20)
    year_from: int | None = Field(default=None, ge=0, le=9999)
    year_to: int | None = Field(default=None, ge=0, le=9999)
    unit: Codes = []
    kind: Codes = []
    theme: Codes = []
    place: Codes = []
    person: Codes = []
    audience: Codes = []
    grade: Codes = []
    subject: Codes = []
    language: Codes = []
    sort: Sort = "relevance"
    group: Group = "work"
    page: int = Field(default=1, ge=1, le=100_000)
    per_page: int = Field(default=10, ge=1, le=100)


class UnitShape(Shape):
    code: str
    name: str


class SuggestionShape(Shape):
    """The words that were probably meant; `url` is the search page with them, filters kept."""

    text: str
    url: str


class PageOfWork(Shape):
    number: int
    label: str
    url: str
    snippet: str = Field(description="Escaped HTML with <mark>")


class WorkItem(Shape):
    id: str
    title: str
    year: int | None
    kind: str
    unit: UnitShape
    url: str
    thumbnail: str | None
    score: float
    pages_matched: int
    pages: list[PageOfWork]


class PublicationName(Shape):
    id: str
    title: str


class PageItemShape(Shape):
    publication: PublicationName
    number: int
    label: str
    score: float
    snippet: str
    url: str


class FacetValue(Shape):
    value: str
    label: str
    count: int
    selected: bool


class SearchAnswer(Shape):
    """`total` counts works, or pages with `group=page`, before paging."""

    query: str
    total: int
    total_pages: int
    relaxed: bool
    took_ms: float
    suggestion: SuggestionShape | None
    items: list[WorkItem | PageItemShape]
    facets: dict[str, list[FacetValue]]


class InsideParameters(Shape):
    """The query string of `GET /api/v1/publications/{id}/search`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: str = Field(min_length=1)
    page: int = Field(default=1, ge=1, le=100_000)


class InsideItem(Shape):
    number: int
    label: str
    hits: int = Field(description="Marks on the whole page")
    snippet: str = Field(description="Escaped HTML with <mark>")
    url: str


class InsideAnswer(Shape):
    """The pages of one publication that answer, in their order, 100 at a time; totals over all."""

    publication: PublicationName
    query: str
    total_pages: int
    total_hits: int
    relaxed: bool
    items: list[InsideItem]


class FileShape(Shape):
    number: int
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    pages: int
    url: str
    problem: str | None


class ContributorShape(Shape):
    """A creator with the part they had: `role` is a code, `role_label` its word; both empty where
    the part is not known."""

    name: str
    role: str
    role_label: str


class PublicationShape(Shape):
    """`creators` are names alone, `contributors` the same with their roles. `contents` has a line
    for each part; `copies_left` counts the printed copies that the archive still holds."""

    id: str
    title: str
    subtitle: str
    other_titles: list[str]
    responsibility: str
    creators: list[str]
    contributors: list[ContributorShape]
    edition: str
    unit: UnitShape
    issued: str | None
    year: int | None
    kind: str
    publisher: str
    publisher_place: str
    printer: str
    isbn: str
    issn: str
    licence_number: str
    licence_date: str | None
    print_run: str
    extent: str
    dimensions: str
    language: list[str]
    themes: list[str]
    places: list[str]
    people: list[str]
    events: list[str]
    relics: list[str]
    audiences: list[str]
    grades: list[str]
    subjects: list[str]
    rights: str
    access: str
    embargo_until: str | None
    abstract: str
    contents: str
    series: str
    volume: str
    plan_task: str
    status: str
    is_demo: bool
    pages: int
    copies_left: int
    url: str
    thumbnail: str | None
    files: list[FileShape]


class WordShape(Shape):
    text: str
    x0: float = Field(ge=0, le=1)
    y0: float = Field(ge=0, le=1)
    x1: float = Field(ge=0, le=1)
    y1: float = Field(ge=0, le=1)


class PageShape(Shape):
    """`width_px`, `height_px` are the page's own size: points for PDF, pixels for images, 0 for
    formats without a fixed page. Boxes are fractions of the page."""

    publication: PublicationName
    number: int
    label: str
    text: str
    words: list[WordShape]
    marked: list[int] = Field(description="Which of the words `q` marks, counted from 0")
    text_source: TextSource
    width_px: float
    height_px: float
    image: str | None
    url: str


class Problem(Shape):
    """RFC 9457 problem details; `parameter` names what was wrong in the query string."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    parameter: str | None = None
