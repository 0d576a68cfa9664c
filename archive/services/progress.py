"""How far a deposit's intake is, in stages that a depositor understands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.language import N_, Words, _, counted
from archive.core.status import JobState, Status
from archive.core.wording import sentence
from archive.extract.kinds import RUNNING_TEXT_CODES
from archive.models import File, Job, Publication, Stage
from archive.services.page_counts import PageCounts, count_reading

LABELS = Words(
    {
        Stage.EXTRACT: N_("Đọc chữ trong tệp"),
        Stage.INDEX: N_("Đưa vào chỉ mục tìm kiếm"),
        Stage.IMAGES: N_("Tạo ảnh trang"),
        Stage.OCR: N_("Nhận dạng chữ trên ảnh trang"),
    }
)


@dataclass(frozen=True)
class StageProgress:
    """`state`: waiting | running | done | failed; `done` of `total` are pages, 0 where unknown."""

    label: str
    state: str
    detail: str
    done: int
    total: int


@dataclass(frozen=True)
class Progress:
    stages: tuple[StageProgress, ...]
    is_running: bool
    problem: str
    """The first sentence that needs a person, "" where all is well."""


def progress_of(
    session: Session,
    publication: Publication,
    files: Sequence[File],
    *,
    can_recognise: bool,
    pages: PageCounts | None = None,
) -> Progress:
    """The stages of `publication`: received, read, findable, drawn, and, where pages are pictures,
    recognised; `can_recognise` says whether this archive can read pictures now. `pages`: how they
    were read, where the caller has counted."""
    ids = [publication.id]
    if pages is None:
        pages = count_reading(session, ids).get(publication.id, PageCounts())
    return _progress(
        publication,
        files,
        jobs_of(session, ids).get(publication.id, {}),
        pages,
        can_recognise=can_recognise,
    )


def list_progress(
    session: Session,
    publications: Sequence[Publication],
    *,
    files: Mapping[str, Sequence[File]],
    pages: Mapping[str, PageCounts],
    can_recognise: bool,
) -> dict[str, Progress]:
    """`progress_of` each of these publications, whose files and pages the caller has read."""
    jobs = jobs_of(session, [publication.id for publication in publications])
    return {
        publication.id: _progress(
            publication,
            files.get(publication.id, ()),
            jobs.get(publication.id, {}),
            pages.get(publication.id, PageCounts()),
            can_recognise=can_recognise,
        )
        for publication in publications
    }


def jobs_of(session: Session, ids: Sequence[str]) -> dict[str, dict[Stage, Job]]:
    """The last job of each stage of these publications."""
    found: dict[str, dict[Stage, Job]] = defaultdict(dict)
    for job in session.scalars(select(Job).where(Job.publication_id.in_(ids)).order_by(Job.id)):
        found[job.publication_id][job.stage] = job
    return found


def _progress(
    publication: Publication,
    files: Sequence[File],
    jobs: Mapping[Stage, Job],
    pages: PageCounts,
    *,
    can_recognise: bool,
) -> Progress:
    jobs = dict(jobs)
    problems = [
        f"{file.name}: {sentence(file.problem_code, file.problem_data)}"
        for file in files
        if file.problem_code
    ]
    stages = [
        StageProgress(
            label=_("Nhận tệp") if files else _("Ghi nhận hồ sơ, chưa có tệp"),
            state="done",
            detail=counted("{number} tệp, đã kiểm tra và cất giữ", len(files)).format(
                number=len(files)
            )
            if files
            else "",
            done=0,
            total=0,
        )
    ]
    read = bool(files) and all(file.text_done for file in files)
    if files:
        stages.append(_extract_stage(publication, jobs.get(Stage.EXTRACT), read, problems, pages))
    stages.append(_stage(Stage.INDEX, jobs.get(Stage.INDEX), ready=not files or read))
    drawable = [file for file in files if file.kind not in RUNNING_TEXT_CODES and file.page_count]
    if drawable or not read:
        stages.append(_stage(Stage.IMAGES, jobs.get(Stage.IMAGES), ready=read))
    if not files:
        stages = [stage for stage in stages if stage.label != LABELS[Stage.IMAGES]]
    if any(file.page_count for file in files):
        recognised = _recognition_stage(pages, jobs.get(Stage.OCR), can_recognise=can_recognise)
        stages += [recognised] if recognised is not None else []
    if not can_recognise:
        jobs.pop(Stage.OCR, None)  # It waits for the recogniser; nothing goes on.
    running = any(job.state in (JobState.QUEUED, JobState.RUNNING) for job in jobs.values())
    if publication.status is Status.WITHDRAWN:
        running = False
    failed = next((stage.detail for stage in stages if stage.state == "failed"), "")
    return Progress(
        stages=tuple(stages), is_running=running, problem=problems[0] if problems else failed
    )


def _extract_stage(
    publication: Publication,
    job: Job | None,
    read: bool,
    problems: Sequence[str],
    pages: PageCounts,
) -> StageProgress:
    base = _stage(Stage.EXTRACT, job, ready=True)
    if problems:
        return StageProgress(base.label, "failed", " ".join(problems), base.done, base.total)
    if not read:
        return base
    total = publication.page_count
    told = []
    if pages.with_text:
        told.append(
            counted("{number} trang có chữ", pages.with_text).format(number=pages.with_text)
        )
    if pages.waiting:
        told.append(
            counted("{number} trang chờ nhận dạng", pages.waiting).format(number=pages.waiting)
        )
    # What is so of all pages says itself how many there are.
    if total not in (pages.with_text, pages.waiting):
        told.insert(0, counted("{number} trang", total).format(number=total))
    detail = ", ".join(told)
    if not pages.waiting and not pages.with_text:
        detail = f"{detail}. {sentence('no_text')}"
    return StageProgress(base.label, "done", detail, 0, 0)


def _recognition_stage(
    pages: PageCounts, job: Job | None, *, can_recognise: bool
) -> StageProgress | None:
    """None where no page is a picture."""
    waiting, done, failed = pages.waiting, pages.done, pages.failed
    if not waiting + done + failed:
        return None
    base = _stage(Stage.OCR, job, ready=True)
    if waiting and not can_recognise:
        detail = counted(
            "{number} trang chờ: máy chủ chưa có bộ nhận dạng chữ. Khi có, kho tự đọc tiếp.",
            waiting,
        ).format(number=waiting)
        return StageProgress(base.label, "waiting", detail, 0, 0)
    if waiting or base.state == "failed":
        return base
    detail = counted("đã đọc {number} ảnh trang", done).format(number=done)
    if failed:
        unread = counted("{number} trang không đọc được", failed).format(number=failed)
        detail = f"{detail}; {unread}"
    return StageProgress(base.label, "failed" if failed else "done", detail, 0, 0)


def _stage(stage: Stage, job: Job | None, *, ready: bool) -> StageProgress:
    label = LABELS[stage]
    if job is None or not ready:
        return StageProgress(label, "waiting", "", 0, 0)
    match job.state:
        case JobState.DONE:
            return StageProgress(label, "done", "", 0, 0)
        case JobState.FAILED:
            return StageProgress(
                label, "failed", sentence(job.error_code or "", job.error_data), 0, 0
            )
        case JobState.RUNNING:
            total = job.total_pages
            detail = (
                _("trang {number} / {total}").format(number=job.done_pages, total=total)
                if total
                else ""
            )
            return StageProgress(label, "running", detail, job.done_pages, total)
        case _:
            return StageProgress(label, "waiting", "", 0, 0)
