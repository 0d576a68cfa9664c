"""The review on a publication's page: checks, who has it in hand, the form that sends it back, what
was mended since, and the message form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from archive.core.errors import InvalidInputError
from archive.core.language import N_, _
from archive.core.roles import Actor, Role
from archive.core.status import WITH_CURATORS, WITH_DEPOSITOR, Status
from archive.core.vocabulary import ACCESS, KINDS, LANGUAGES
from archive.core.wording import field_sentence
from archive.models import Publication, User
from archive.services.administration import account_order
from archive.services.checks import Check
from archive.services.returns import (
    NAMEABLE,
    FieldAnswer,
    Return,
    Thread,
    answers_to,
    return_among,
)
from archive.web.pages.reviewing import (
    AnswerRow,
    AskedRow,
    CheckRow,
    Choice,
    MessageForm,
    ReturnedNotice,
    ReturnField,
    ReturnForm,
    ReviewPanel,
    ReviewParts,
)
from archive.web.record_form import LABELS

FIRST_FIELDS = ("files", "title", "unit", "kind", "issued", "access", "isbn", "licence_number")
_FILES = N_("Tệp của ấn phẩm")
MESSAGE_HINT = {
    True: N_("Cán bộ nộp của đơn vị và các biên mục viên đọc được. Tình trạng bản nộp không đổi."),
    False: N_("Biên mục viên và cán bộ cùng đơn vị đọc được. Gửi lời nhắn chưa phải là nộp lại."),
}


@dataclass(frozen=True)
class Typed:
    """What was sent with a form that has to be mended, and what is wrong with it."""

    note: str = ""
    message: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    error: InvalidInputError | None = None

    @property
    def field(self) -> str:
        return str(self.error.data.get("field")) if self.error is not None else ""

    def words(self, name: str) -> str:
        """What is wrong with the field `name`, "" for nothing."""
        if self.error is None or self.field != name:
            return ""
        if name == "note" and self.error.data["problem"] == "required":
            return _("Cần viết lời nhắn hoặc chọn mục cần sửa: người nộp phải biết vì sao.")
        return field_sentence(str(self.error.data["problem"]), self.error.data)


def review_parts(
    session: Session,
    publication: Publication,
    actor: Actor,
    *,
    thread: Thread,
    checks: Callable[[], Sequence[Check]],
    typed: Typed | None = None,
) -> ReviewParts:
    """The parts for an actor who works with the publication, whose thread is `thread`; `checks`
    are looked at where they are shown."""
    typed = typed or Typed()
    curates = actor.may_curate and publication.status in WITH_CURATORS
    mends = publication.status in WITH_DEPOSITOR
    shown: list[CheckRow] = []
    if curates or mends or (not actor.may_curate and publication.status in WITH_CURATORS):
        shown = check_rows(checks())
    returned = return_among(thread.events)
    answers = answers_to(publication, returned, thread) if returned is not None and curates else ()
    return ReviewParts(
        checks=shown,
        panel=_panel(session, publication, actor) if curates else None,
        return_form=_return_form(typed) if curates else None,
        answers=[_answer_row(answer) for answer in answers],
        returned=_returned(publication, returned)
        if returned is not None and publication.status is Status.RETURNED
        else None,
        message=MessageForm(
            url=url_for("publications.send_message", publication_id=publication.id),
            hint=_(MESSAGE_HINT[actor.may_curate]),
            text=typed.message,
            error=typed.words("message"),
        ),
        faults=_faults(typed),
    )


def _faults(typed: Typed) -> list[tuple[str, str]]:
    if typed.error is None:
        return []
    places = {"note": "tra-lai", "message": "loi-nhan"}
    return [(places.get(typed.field, f"tra-{typed.field}-chu"), typed.words(typed.field))]


def check_rows(checks: Iterable[Check]) -> list[CheckRow]:
    """What the archive itself sees of the deposit, each with the way to its place."""
    return [
        CheckRow(check.level.value, check.sentence, f"#{check.place}" if check.place else "")
        for check in checks
    ]


def _panel(session: Session, publication: Publication, actor: Actor) -> ReviewPanel:
    may_have_it = and_(User.role.in_((Role.CURATOR, Role.ADMIN)), User.is_blocked.is_(False))
    # Whoever has it in hand is asked for too, so that the one statement is the only one.
    found = session.execute(
        select(User, may_have_it).where(or_(may_have_it, User.id == publication.reviewer_id))
    ).all()
    people = sorted(found, key=lambda row: account_order(row[0].name, row[0].email))
    reviewer = publication.reviewer
    is_mine = reviewer is not None and reviewer.id == actor.user_id
    in_review = publication.status is Status.IN_REVIEW
    return ReviewPanel(
        reviewer=(reviewer.name or reviewer.email) if reviewer is not None else "",
        is_mine=is_mine,
        is_in_review=in_review,
        takes=reviewer is None or (is_mine and not in_review),
        seen=str(reviewer.id) if reviewer is not None else "",
        curators=[
            Choice(str(user.id), user.name or user.email, reviewer is user)
            for user, may_have in people
            if may_have
        ],
    )


def field_labels() -> Mapping[str, str]:
    """What each field that a return may name is called, by name."""
    return {name: LABELS.get(name, _(_FILES)) for name in NAMEABLE}


def _return_form(typed: Typed) -> ReturnForm:
    rows = [
        ReturnField(
            name=name,
            label=label,
            is_named=name in typed.fields,
            text=typed.fields.get(name, ""),
            error=typed.words(name),
        )
        for name, label in field_labels().items()
    ]
    return ReturnForm(
        first=[row for row in rows if row.name in FIRST_FIELDS],
        rest=[row for row in rows if row.name not in FIRST_FIELDS],
        note=typed.note,
        error=typed.words("note"),
        is_open=typed.error is not None and typed.field != "message",
    )


def _returned(publication: Publication, returned: Return) -> ReturnedNotice:
    form = url_for("deposits.edit", publication_id=publication.id)
    labels = field_labels()
    return ReturnedNotice(
        at=returned.at,
        who=returned.who,
        note=returned.note,
        fields=[
            AskedRow(labels.get(name, name), sentence, f"{form}#{name}")
            for name, sentence in returned.fields.items()
        ],
    )


def _answer_row(answer: FieldAnswer) -> AnswerRow:
    return AnswerRow(
        label=field_labels().get(answer.field, answer.field),
        asked=answer.asked,
        is_changed=answer.is_changed,
        before=_words(answer.field, answer.before),
        after=_words(answer.field, answer.after),
    )


def _words(name: str, value: Any) -> str:
    """A stored value in the words of the record; codes have labels."""
    if not value:
        return ""
    if name == "languages":
        return "; ".join(LANGUAGES.get(code, code) for code in value)
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    match name:
        case "kind":
            return str(KINDS.get(value, value))
        case "access":
            return str(ACCESS.get(value, value))
        case "issued" | "licence_date" | "embargo_until":
            return "/".join(str(int(part)) for part in reversed(str(value).split("-")))
        case _:
            return str(value)
