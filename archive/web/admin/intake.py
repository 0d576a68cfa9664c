"""The operator's view of the intake, for curators and administrators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archive.core.language import _, counted
from archive.core.wording import sentence
from archive.models import Stage
from archive.services import operations, pauses
from archive.services.operations import FailureGroup, IntakeState, RunningJob, StageState
from archive.web.access import OpenTo, open_to
from archive.web.admin.base import blueprint
from archive.web.context import current_actor, holdings, reading, writing
from archive.web.pages.admin import FailureRow, IntakePage, IntakeStageRow, RunningRow
from archive.web.pages.parts import Link
from archive.web.present import STAGES, short_number

SHOWN_FAILURES = 10


@blueprint.get("/tiep-nhan")
@open_to(OpenTo.CURATORS)
def intake() -> str:
    return render_template("admin/intake.html", current="admin", page=_page())


@blueprint.get("/tiep-nhan/tinh-hinh")
@open_to(OpenTo.CURATORS)
def intake_now() -> str:
    """The part of the page that asks for itself again every few seconds."""
    return render_template("admin/_intake.html", page=_page())


@blueprint.post("/tiep-nhan/tam-dung")
@open_to(OpenTo.CURATORS)
def pause_intake() -> Response:
    stages = _chosen_stages()
    with writing() as session:
        pauses.pause(session, stages, by=current_actor())
        session.commit()
    flash(_("Đã tạm dừng. Việc đang làm dở vẫn được làm cho xong."), "success")
    return redirect(url_for("admin.intake"))


@blueprint.post("/tiep-nhan/chay-tiep")
@open_to(OpenTo.CURATORS)
def resume_intake() -> Response:
    stages = _chosen_stages()
    with writing() as session:
        pauses.resume(session, stages, by=current_actor())
        session.commit()
    flash(_("Đã cho chạy tiếp."), "success")
    return redirect(url_for("admin.intake"))


@blueprint.post("/tiep-nhan/lam-lai")
@open_to(OpenTo.CURATORS)
def retry_failed() -> Response:
    """Do again one failure or all of one reason."""
    with writing() as session:
        done = operations.retry(
            session,
            request.form.get("key", ""),
            only=request.form.get("only", ""),
            with_raised_limit=request.form.get("raised") == "1",
            by=current_actor(),
        )
        session.commit()
    if done:
        flash(
            counted("Đã xếp {number} việc vào hàng chờ để làm lại.", done).format(number=done),
            "success",
        )
    else:
        flash(_("Không còn việc nào như vậy để làm lại."), "info")
    return redirect(url_for("admin.intake"))


def _chosen_stages() -> Sequence[Stage]:
    """One stage, or all of them where none is named."""
    chosen = request.form.get("stage", "")
    if not chosen:
        return tuple(Stage)
    if chosen not in {stage.value for stage in Stage}:
        abort(400)
    return (Stage(chosen),)


def _page() -> IntakePage:
    state = operations.intake_state(reading(), holdings())
    paused = [row for row in state.stages if row.pause is not None]
    return IntakePage(
        stages=[_stage_row(row) for row in state.stages],
        running=[_running_row(row) for row in state.running],
        failures=[_failure_row(group) for group in state.failures],
        failure_count=sum(len(group.failures) for group in state.failures),
        worker_is_alive=state.workers_alive,
        recognition=_recognition_words(state),
        recognition_is_missing=not state.recognition.is_available,
        is_wholly_paused=len(paused) == len(state.stages),
        is_partly_paused=bool(paused),
        refresh_url=url_for("admin.intake_now"),
    )


def _stage_row(row: StageState) -> IntakeStageRow:
    speed = ""
    if row.speed.pages:
        rate = row.speed.per_second
        speed = (
            _("{rate} trang mỗi giây").format(rate=short_number(rate))
            if rate >= 1
            else _("{rate} trang mỗi phút").format(rate=short_number(60 * rate))
        )
    return IntakeStageRow(
        code=row.stage.value,
        label=STAGES[row.stage.value],
        waiting=row.waiting,
        running=row.running,
        failed=row.failed,
        oldest=_age(row.oldest) if row.oldest is not None else "",
        speed=speed,
        paused_by=row.pause.by_name if row.pause else "",
        paused_since=row.pause.since if row.pause else None,
    )


def _running_row(row: RunningJob) -> RunningRow:
    return RunningRow(
        label=STAGES[row.stage.value],
        publication=Link(
            row.title, url_for("publications.show", publication_id=row.publication_id)
        ),
        done=row.done_pages,
        total=row.total_pages,
        worker=row.worker,
    )


def _failure_row(group: FailureGroup) -> FailureRow:
    return FailureRow(
        key=group.key,
        label=STAGES[(group.stage or Stage.EXTRACT).value],
        reason=sentence(group.code, group.data),
        code=group.code,
        count=len(group.failures),
        may_raise=group.may_raise,
        items=[
            (
                failure.id,
                Link(
                    failure.title,
                    url_for("publications.show", publication_id=failure.publication_id),
                ),
            )
            for failure in group.failures[:SHOWN_FAILURES]
        ],
    )


def _recognition_words(state: IntakeState) -> str:
    recognition = state.recognition
    told = [
        _("Máy này nhận dạng được chữ trên ảnh trang.")
        if recognition.is_available
        else _("Máy này chưa cài phần nhận dạng chữ trên ảnh trang.")
    ]
    if recognition.waiting:
        told.append(
            counted("{number} trang đang chờ.", recognition.waiting).format(
                number=recognition.waiting
            )
        )
    if recognition.failed:
        told.append(
            counted("{number} trang không nhận dạng được.", recognition.failed).format(
                number=recognition.failed
            )
        )
    return " ".join(told)


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    if minutes < 1:
        return _("dưới 1 phút")
    if minutes < 120:
        return counted("{number} phút", minutes).format(number=minutes)
    hours = minutes // 60
    if hours < 48:
        return counted("{number} giờ", hours).format(number=hours)
    return counted("{number} ngày", hours // 24).format(number=hours // 24)
