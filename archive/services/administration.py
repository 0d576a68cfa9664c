"""What the administrator looks at: accounts, units, the queue, the parts of the machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Label, Select, func, select, text
from sqlalchemy.orm import Session, joinedload

from archive.core.authorities import name_sort
from archive.core.language import _, counted
from archive.core.status import Status
from archive.core.text import fold
from archive.extract.isolation import isolation_available
from archive.models import Event, Publication, Unit, User
from archive.services.catalogue import count_by_status
from archive.services.heartbeats import worker_is_alive
from archive.services.holdings import Holdings
from archive.services.jobs import count_jobs
from archive.services.units import by_name


@dataclass(frozen=True)
class CountedUnit:
    unit: Unit
    users: int
    publications: int


@dataclass(frozen=True)
class Overview:
    users: int
    units: int
    submitted: int
    accepted: int
    jobs_waiting: int
    jobs_running: int
    jobs_failed: int
    events: Sequence[Event]
    parts: Sequence[tuple[str, str]]


def overview(session: Session, holdings: Holdings) -> Overview:
    """The numbers of the administration's first page."""
    statuses = count_by_status(session, Publication.id.is_not(None))
    jobs = count_jobs(session)
    return Overview(
        users=session.scalar(select(func.count()).select_from(User)) or 0,
        units=session.scalar(select(func.count()).select_from(Unit)) or 0,
        submitted=statuses.get(Status.SUBMITTED.value, 0),
        accepted=statuses.get(Status.ACCEPTED.value, 0),
        jobs_waiting=jobs.waiting,
        jobs_running=jobs.running,
        jobs_failed=jobs.failed,
        events=session.scalars(
            select(Event).options(joinedload(Event.publication)).order_by(Event.id.desc()).limit(20)
        ).all(),
        parts=_parts(session, holdings),
    )


def _parts(session: Session, holdings: Holdings) -> list[tuple[str, str]]:
    status = holdings.index.status()
    return [
        (_("Cơ sở dữ liệu"), database_version(session)),
        (
            _("Chỉ mục tìm kiếm"),
            ", ".join(
                (
                    counted("{number} ấn phẩm", status.works).format(number=status.works),
                    counted("{number} trang", status.pages).format(number=status.pages),
                )
            )
            if status.healthy
            else _("đang hỏng, sẽ dựng lại"),
        ),
        (_("Tiến trình nền"), _("đang chạy") if worker_is_alive(session) else _("không chạy")),
        (_("Cách ly mạng khi đọc tệp"), _("có") if isolation_available() else _("không có")),
    ]


def database_version(session: Session) -> str:
    """Name and version of the database in use."""
    name = session.get_bind().dialect.name
    version = session.scalar(
        text("select sqlite_version()" if name == "sqlite" else "show server_version")
    )
    return f"{'SQLite' if name == 'sqlite' else name} {version}"


def list_users(
    session: Session, *, query: str, offset: int, limit: int
) -> tuple[Sequence[User], int]:
    """Accounts whose address, name or unit contains `query`, with their number in all."""
    found = select(User)
    if query:
        texts = select(User.id, User.email, User.name, Unit.name).outerjoin(User.unit)
        found = found.where(User.id.in_(_holding(session, texts, query)))
    names = session.execute(found.with_only_columns(User.id, User.name, User.email))
    ids = [row.id for row in sorted(names, key=lambda row: account_order(row.name, row.email))]
    shown = ids[offset : offset + limit]
    users = session.scalars(
        select(User).where(User.id.in_(shown)).options(joinedload(User.unit))
    ).all()
    return sorted(users, key=lambda user: shown.index(user.id)), len(ids)


def account_order(name: str, email: str) -> tuple[str, str]:
    """The key by which lists order accounts: by given name, one without a name by its address."""
    return name_sort("person", name or email), email


def _holding(session: Session, texts: Select[*tuple[Any, ...]], query: str) -> list[int]:
    """The ids in the first column of those rows one of whose texts contains `query`, typed with
    marks or without: databases do not know the capitals of đ and ơ, nor that they are o and d."""
    wanted = _folded(query)
    return [
        row_id
        for row_id, *row in session.execute(texts)
        if any(wanted in _folded(text) for text in row if text)
    ]


def _folded(text: str) -> str:
    return " ".join(fold(word) for word in text.split())


def list_units(
    session: Session, *, query: str, offset: int, limit: int
) -> tuple[Sequence[CountedUnit], int]:
    """Units whose code or name contains `query`, with counts, and their number in all."""
    found = select(Unit.id, Unit.name)
    if query:
        texts = select(Unit.id, Unit.code, Unit.name)
        found = found.where(Unit.id.in_(_holding(session, texts, query)))
    ids = [row.id for row in by_name(session.execute(found))]
    shown = ids[offset : offset + limit]
    users, publications = _unit_counts()
    rows = session.execute(
        select(Unit, users, publications).where(Unit.id.in_(shown)).options(joinedload(Unit.parent))
    )
    counted = [CountedUnit(row[0], row[1], row[2]) for row in rows]
    return sorted(counted, key=lambda row: shown.index(row.unit.id)), len(ids)


def count_unit(session: Session, unit: Unit) -> CountedUnit:
    users, publications = _unit_counts()
    row = session.execute(select(users, publications).where(Unit.id == unit.id)).one()
    return CountedUnit(unit, row[0], row[1])


def _unit_counts() -> tuple[Label[int], Label[int]]:
    users = select(func.count()).where(User.unit_id == Unit.id).correlate(Unit).scalar_subquery()
    publications = (
        select(func.count()).where(Publication.unit_id == Unit.id).correlate(Unit).scalar_subquery()
    )
    return users.label("users"), publications.label("publications")


def all_units(session: Session) -> Sequence[Unit]:
    return by_name(session.scalars(select(Unit)))
