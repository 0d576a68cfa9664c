"""The stage that draws pages: their images, where their words stand, and the file's contents."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import select

from archive.core.errors import LimitReachedError, RefusedFileError
from archive.extract.describing import describe
from archive.extract.drawing import render
from archive.extract.kinds import KINDS
from archive.extract.limits import Limits
from archive.extract.results import PageImage, PageText
from archive.models import File, Publication, Stage
from archive.services import jobs, reading
from archive.services.holdings import Holdings, original_path
from archive.services.jobs import Claim
from archive.services.rereading import limits_for
from archive.services.throughput import note_pages
from archive.worker.stages import BATCH_SECONDS, plain

WIDTHS_PX = (320, 1200)

log = structlog.get_logger("worker")


def run_images(
    holdings: Holdings, claim: Claim, *, check: Callable[[], None], limits: Limits
) -> None:
    """Page images of every page that has none, with the places of its words; then the outline. A
    page's image is complete or absent, and its words are kept before it."""
    with holdings.database.reading() as session:
        files = session.scalars(
            select(File)
            .where(File.publication_id == claim.publication_id, File.text_done)
            .order_by(File.position)
        ).all()
        total = sum(file.page_count for file in files)
        publication = session.get(Publication, claim.publication_id)
        version = publication.object_version if publication is not None else 0
    done = 0
    for file in files:
        _Drawing(holdings, claim, file, version, done=done, total=total, limits=limits).run(check)
        done += file.page_count
    with holdings.database.writing() as session:
        jobs.complete(session, claim)
        session.commit()


class _Drawing:
    """One file at work."""

    def __init__(
        self,
        holdings: Holdings,
        claim: Claim,
        file: File,
        version: int,
        *,
        done: int,
        total: int,
        limits: Limits,
    ) -> None:
        self._holdings = holdings
        self._claim = claim
        self._file = file
        self._path = original_path(holdings, file.publication_id, file.logical_path, version)
        self._done = done
        self._total = total
        self._limits = limits_for(file, limits)

    def run(self, check: Callable[[], None]) -> None:
        try:
            self._draw(check)
            self._describe()
        except (RefusedFileError, LimitReachedError) as error:
            log.warning("images_problem", file=self._file.id, code=error.code, **plain(error))
            with self._holdings.database.writing() as session:
                found = session.get(File, self._file.id)
                if found is not None and found.problem_code is None:
                    found.problem_code, found.problem_data = error.code, error.data
                session.commit()
        with self._holdings.database.writing() as session:
            found = session.get(File, self._file.id)
            if found is not None:
                found.images_done = True
            jobs.report_progress(
                session, self._claim, done=self._done + self._file.page_count, total=self._total
            )
            session.commit()

    def _draw(self, check: Callable[[], None]) -> None:
        missing = self._missing()
        if not missing:
            return
        # The folder says that drawing was tried, also where no page could be drawn.
        self._holdings.images.prepare(self._file.publication_id, self._image_folder)
        drawn: list[PageImage | PageText] = []
        last = time.monotonic()
        try:
            for part in render(
                self._path,
                KINDS[self._file.kind],
                pages=missing,
                widths_px=WIDTHS_PX,
                words=True,
                limits=self._limits,
            ):
                check()
                drawn.append(part)
                if time.monotonic() - last >= BATCH_SECONDS:
                    self._keep(drawn)
                    drawn, last = [], time.monotonic()
        except (RefusedFileError, LimitReachedError):
            self._keep(drawn)
            raise
        self._keep(drawn)

    def _keep(self, drawn: Sequence[PageImage | PageText]) -> None:
        """The words first: a page that has its image is not drawn, nor read, again."""
        if not drawn:
            return
        with self._holdings.database.writing() as session:
            file = session.get(File, self._file.id)
            if file is not None:
                reading.note_words(
                    session, file, [part for part in drawn if isinstance(part, PageText)]
                )
            note_pages(session, Stage.IMAGES, len({part.number for part in drawn}))
            jobs.report_progress(
                session,
                self._claim,
                done=self._done + drawn[-1].number,
                total=self._total,
                advanced=True,
            )
            session.commit()
        for part in drawn:
            if isinstance(part, PageImage):
                self._holdings.images.write(
                    self._holdings.images.path(
                        self._file.publication_id,
                        self._image_folder,
                        part.number,
                        part.target_width_px,
                    ),
                    part.data,
                )

    def _describe(self) -> None:
        if self._file.outline is not None or self._file.kind != "pdf":
            return
        info = describe(self._path, KINDS[self._file.kind], limits=self._limits)
        with self._holdings.database.writing() as session:
            file = session.get(File, self._file.id)
            if file is not None:
                reading.note_structure(session, file, info)
            session.commit()

    def _missing(self) -> list[int]:
        file = self._file
        return [
            number
            for number in range(1, file.page_count + 1)
            if not all(
                self._holdings.images.path(
                    file.publication_id, self._image_folder, number, width
                ).exists()
                for width in WIDTHS_PX
            )
        ]

    @property
    def _image_folder(self) -> str:
        return f"f{self._file.id}"
