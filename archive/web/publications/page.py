"""The object of a publication's page: its record, its files and pages, and for those who work with
it how far the intake is, what happened to it and what they may do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from flask import url_for
from sqlalchemy.orm import Session

from archive.core.language import _
from archive.core.roles import Actor
from archive.core.status import WITH_CURATORS, WITH_DEPOSITOR, Status
from archive.core.wording import marking_words, sentence, size_label
from archive.extract.limits import GREATEST_FACTOR
from archive.metadata.citation import cite
from archive.models import Event, File, Page, Publication
from archive.services import catalogue, guard
from archive.services.checks import checks_of
from archive.services.exporting import description_of
from archive.services.guard import OpenMarking
from archive.services.guessing import LAST_PAGES, Offers, guess_publication
from archive.services.likeness import Surroundings, look_around
from archive.services.outlines import outline_of
from archive.services.page_counts import PageCounts, count_loaded
from archive.services.page_list import ListedPage, list_pages
from archive.services.progress import Progress, progress_of
from archive.services.recognition import availability
from archive.services.rereading import met_limit, next_factor
from archive.services.returns import Thread, thread_of
from archive.web.context import base_url, holdings
from archive.web.deposit_lists import receipt_link
from archive.web.downloads import CITING, RECORD, publication_downloads
from archive.web.guesses import doubt_words, guess_rows
from archive.web.likeness import edition_links, likeness_panel
from archive.web.outline import outline_rows
from archive.web.pages.parts import EventRow, Link, StageRow
from archive.web.pages.publication import FileRow, MarkingNotice, PageThumb, PublicationPage
from archive.web.pages.reviewing import ReviewParts
from archive.web.present import (
    IMAGE_SMALL_PX,
    actor_words,
    card_of,
    event_words,
    has_image,
    image_url,
    language_of,
    media_label,
    written_date,
)
from archive.web.publications.copies import copies_panel
from archive.web.publications.facts import contents_lines, publication_facts
from archive.web.publications.review_parts import Typed, field_labels, review_parts
from archive.web.record_form import DepositForm

THUMBS = 60
MOST_THUMBS = 2000
MOST_MARKS = 10


def publication_page(
    session: Session,
    publication: Publication,
    actor: Actor,
    *,
    all_thumbs: bool,
    typed: Typed | None = None,
) -> PublicationPage:
    """What `actor` sees of a publication they may open: with `all_thumbs` up to `MOST_THUMBS`
    pages, else the first `THUMBS`. Progress, events and duplicates are told to curators and to
    the depositors of the publication's unit. `typed`: what they sent with a form that is wrong."""
    mine = tends(actor, publication)
    files, twins = catalogue.files_and_twins(session, publication.id)
    thread = thread_of(session, publication.id) if mine else Thread()
    events = thread.events
    around = _surroundings(session, publication, actor, twins=twins, events=events)
    pairs = around.pairs if mine else ()
    limit = MOST_THUMBS if all_thumbs else THUMBS
    pages, more = catalogue.pages_to_show(
        session,
        publication.id,
        limit=limit,
        last=LAST_PAGES if mine else 0,
        beside={pair.other.id: [theirs for _, theirs in pair.pages] for pair in pairs},
        with_text=mine,
    )
    has_contents = any(file.outline for file in files)
    every_page = _every_page(session, publication, pages) if mine or has_contents else ()
    outline = (
        outline_rows(outline_of(files, every_page), _reader_of(publication.id))
        if has_contents
        else []
    )
    counts = count_loaded(every_page) if mine else PageCounts()
    progress = (
        progress_of(
            session, publication, files, can_recognise=availability(holdings()).is_ok, pages=counts
        )
        if mine
        else None
    )
    likeness = likeness_panel(publication, actor, found=pairs, around=around, pages=[*pages, *more])
    marks = guard.open_markings(session, publication.id) if mine else []
    described = description_of(publication, files, base_url=base_url())
    offers = _offers(session, publication, [*pages, *more]) if mine else Offers()
    return PublicationPage(
        card=card_of(
            publication, pages[0] if pages else None, holdings(), lang=language_of(publication)
        ),
        abstract=publication.abstract,
        facts=publication_facts(publication),
        contents=contents_lines(publication, outline),
        files=[_file_row(publication.id, file, actor) for file in files],
        thumbs=[_thumb(publication.id, page) for page in pages],
        thumbs_more_url=url_for("publications.show", publication_id=publication.id, trang="tat-ca")
        if publication.page_count > len(pages)
        else "",
        read_url=url_for("publications.read", publication_id=publication.id, number=1)
        if pages
        else "",
        progress=_stage_rows(progress) if progress else [],
        progress_url=url_for("publications.progress", publication_id=publication.id)
        if progress and progress.is_running
        else "",
        events=_event_rows(events, around),
        citation=cite(described),
        citing=publication_downloads(publication.id, CITING),
        downloads=publication_downloads(publication.id, RECORD),
        may_review=actor.may_curate and publication.status in WITH_CURATORS,
        may_resubmit=_is_theirs(publication, actor) and publication.status in WITH_DEPOSITOR,
        may_withdraw=actor.may_curate and publication.status is Status.ACCEPTED,
        may_reopen=actor.may_curate and publication.status is Status.WITHDRAWN,
        may_replace=actor.may_curate and publication.status in (Status.ACCEPTED, Status.WITHDRAWN),
        receipts=_receipt_links(events),
        versions_url=url_for("publications.versions", publication_id=publication.id)
        if actor.may_curate and publication.object_version > 1
        else "",
        marking=marking_notice(publication, actor, marks),
        duplicate_of=_duplicates(session, publication, files, around)
        if mine and twins and likeness is None
        else [],
        likeness=likeness,
        editions=edition_links(publication, around.editions),
        # A form has a token, and a token begins a session: readers need neither.
        guesses=guess_rows(
            offers, DepositForm(formdata=None), publication_id=publication.id, has_pages=True
        )
        if offers.guesses
        else (),
        doubts=doubt_words(offers),
        outline=outline,
        inside_url=url_for("publications.search_inside", publication_id=publication.id)
        if pages
        else "",
        copies=copies_panel(session, publication, actor),
        record_links=_record_links(publication, actor) if mine else (),
        review=review_parts(
            session,
            publication,
            actor,
            thread=thread,
            checks=lambda: checks_of(
                session,
                [publication],
                first_year=holdings().settings.first_year,
                actor=actor,
                files={publication.id: files},
                pages={publication.id: counts},
                markings={publication.id: marks} if marks else {},
                pairs={publication.id: pairs},
                twins={publication.id: twins},
                told=around.told,
            )[publication.id],
            typed=typed,
        )
        if mine
        else ReviewParts(),
    )


def _every_page(
    session: Session, publication: Publication, pages: Sequence[Page]
) -> Sequence[Page | ListedPage]:
    """All its pages; asked for only where those at hand are not all."""
    return pages if len(pages) == publication.page_count else list_pages(session, publication.id)


def _surroundings(
    session: Session,
    publication: Publication,
    actor: Actor,
    *,
    twins: Iterable[str],
    events: Sequence[Event],
) -> Surroundings:
    """The publications that the page of this one speaks of."""
    ids = set(twins) if tends(actor, publication) else set()
    ids.update(str(data["other"]) for event in events if "other" in (data := event.data or {}))
    return look_around(session, publication.id, ids, actor=actor)


def _record_links(publication: Publication, actor: Actor) -> list[Link]:
    """Where those who look after the record mend it and read its history."""
    links = [Link(_("Lịch sử hồ sơ"), url_for("records.versions", publication_id=publication.id))]
    if actor.may_curate:
        links.insert(
            0, Link(_("Sửa hồ sơ"), url_for("records.show", publication_id=publication.id))
        )
    return links


def _receipt_links(events: Sequence[Event]) -> list[Link]:
    """The receipts that the thread tells of, the newest first."""
    return [receipt_link(event) for event in reversed(events) if event.kind == "receipt_issued"]


def tends(actor: Actor, publication: Publication) -> bool:
    """Whether `actor` looks after the publication: a curator, or an officer of its unit."""
    return actor.may_curate or (actor.may_deposit and actor.answers_for(publication.unit_id))


def _reader_of(publication_id: str) -> Callable[[int], str]:
    return lambda number: url_for("publications.read", publication_id=publication_id, number=number)


def _offers(session: Session, publication: Publication, pages: Sequence[Page]) -> Offers:
    """What the pages say beyond the record; an import's record is its file's name at first."""
    if publication.status is Status.WITHDRAWN:
        return Offers()
    return guess_publication(
        session, publication, first_year=holdings().settings.first_year, loaded=pages
    )


def _is_theirs(publication: Publication, actor: Actor) -> bool:
    """Whether it is for `actor` to hand it in: the curator who returned it is not offered that."""
    own_unit = actor.answers_for(publication.unit_id)
    own_deposit = actor.user_id is not None and publication.depositor_id == actor.user_id
    return actor.may_deposit and (own_unit or own_deposit)


def _thumb(publication_id: str, page: Page) -> PageThumb:
    return PageThumb(
        number=page.number,
        label=page.label or str(page.number),
        url=url_for("publications.read", publication_id=publication_id, number=page.number),
        thumbnail=image_url(publication_id, page.number, IMAGE_SMALL_PX)
        if has_image(holdings(), page, IMAGE_SMALL_PX)
        else None,
    )


def _stage_rows(progress: Progress) -> list[StageRow]:
    return [
        StageRow(
            label=stage.label,
            state=stage.state,
            detail=stage.detail,
            done=stage.done,
            total=stage.total,
        )
        for stage in progress.stages
    ]


def _event_rows(events: Sequence[Event], around: Surroundings) -> list[EventRow]:
    rows = []
    for event in events:
        other = around.visible.get(str((event.data or {}).get("other")))
        about = (
            Link(other.title, url_for("publications.show", publication_id=other.id))
            if other is not None
            else None
        )
        rows.append(
            EventRow(
                at=event.at,
                who=actor_words(event.actor_name),
                what=event_words(event.kind, event.data),
                note=event.note,
                about=about,
                kind=event.kind,
                fields=[
                    (field_labels().get(name, name), str(words))
                    for name, words in ((event.data or {}).get("fields") or {}).items()
                ]
                if event.kind == "returned"
                else (),
            )
        )
    return rows


def _duplicates(
    session: Session, publication: Publication, files: Sequence[File], around: Surroundings
) -> list[Link]:
    """Other publications that hold the same bytes, older ones first."""
    found = {
        other.id: other
        for _, other in catalogue.same_bytes(
            session, [file.sha256 for file in files], but=publication.id
        )
    }
    return [
        Link(
            label=same_bytes_words(
                other,
                visible=other.id in around.visible,
                is_earlier=other.added_at <= publication.added_at,
            ),
            url=url_for("publications.show", publication_id=other.id)
            if other.id in around.visible
            else "",
        )
        for other in found.values()
        if other.id in around.told
    ]


def same_bytes_words(other: Publication, *, visible: bool, is_earlier: bool = True) -> str:
    """Another deposit of the same bytes, an earlier or a later one. Of one that the reader may not
    open only its unit and day are told, so that they know whom to ask."""
    what = (
        _("“{title}” của {unit}").format(title=other.title, unit=other.unit.name)
        if visible
        else _("một bản của {unit}").format(unit=other.unit.name)
    )
    told = (
        _("{what}, đã nộp trước, ngày {day}")
        if is_earlier
        else _("{what}, cũng nộp tệp này ngày {day}")
    )
    return told.format(what=what, day=written_date(other.added_at))


def marking_notice(
    publication: Publication, actor: Actor, marks: Sequence[OpenMarking]
) -> MarkingNotice | None:
    """What those who work with the publication are told of its marks of secrecy; None without."""
    if not marks:
        return None
    shown = marks[:MOST_MARKS]
    return MarkingNotice(
        lines=[marking_words({"page": mark.page_number, "line": mark.line}) for mark in shown],
        ids=[mark.id for mark in shown],
        more=len(marks) - len(shown),
        contact=holdings().settings.guard_contact,
        clear_url=url_for("publications.clear_marking", publication_id=publication.id)
        if actor.may_curate
        else "",
    )


def _file_row(publication_id: str, file: File, actor: Actor) -> FileRow:
    again = actor.may_curate and bool(file.problem_code)
    return FileRow(
        name=file.name,
        media_label=media_label(file),
        size_label=size_label(file.size_bytes),
        sha256=file.sha256,
        page_count=file.page_count,
        url=url_for("publications.original", publication_id=publication_id, position=file.position),
        problem=sentence(file.problem_code, file.problem_data) if file.problem_code else "",
        read_again_url=url_for(
            "publications.read_again", publication_id=publication_id, position=file.position
        )
        if again
        else "",
        factor=next_factor(file) if again else 0,
        greatest_factor=GREATEST_FACTOR if again and met_limit(file) else 0,
    )
