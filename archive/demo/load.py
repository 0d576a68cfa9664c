"""Loading and removing the demo archive, through the same intake as every deposit."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive.core.identifiers import derived_id, new_id
from archive.core.roles import Actor, Role
from archive.core.status import Status
from archive.core.vocabulary import MULTIPLE_FIELDS
from archive.demo.publications import DemoPublication, DemoUnit, publications, units
from archive.demo.state import ACCOUNTS_FILE, REMOVED_FILE, is_loaded
from archive.demo.typeset import typeset
from archive.models import Publication, User
from archive.services import accounts, deposits, reviews
from archive.services.accession import take_back_last_numbers
from archive.services.events import note_event
from archive.services.holdings import Holdings, object_id
from archive.services.intake import CheckedFile, check_file
from archive.services.records import TEXT_FIELDS, read_record
from archive.services.units import UnitInput, create_unit, find_unit, update_unit

_DOMAIN = "demo.khoanpham.example"
_LOADER = Actor(role=Role.ADMIN, name="Kho minh họa", origin="cli")


@dataclass(frozen=True)
class DemoAccount:
    role: Role
    local_part: str
    name: str
    unit: str


ACCOUNTS = (
    DemoAccount(Role.ADMIN, "quan-tri", "Quản trị viên (thử)", ""),
    DemoAccount(Role.CURATOR, "bien-muc", "Biên mục viên (thử)", "BTGDV"),
    DemoAccount(Role.DEPOSITOR, "can-bo-1", "Cán bộ nộp 1 (thử)", "SVHTTDL"),
    DemoAccount(Role.DEPOSITOR, "can-bo-2", "Cán bộ nộp 2 (thử)", "TD"),
    DemoAccount(Role.READER, "ban-doc", "Bạn đọc (thử)", ""),
)


def load_demo(
    holdings: Holdings,
    *,
    fonts: Path,
    on_publication: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Add what is missing of the demo: units, accounts, publications; how many publications.

    Each publication is typeset to a real file and deposited; the worker reads it like any other.
    Run again, or after being cut off, it adds only what is not there.
    """
    (holdings.settings.instance / REMOVED_FILE).unlink(missing_ok=True)
    found = publications()
    if is_loaded(holdings.database, holdings.settings.instance):
        return 0
    with holdings.database.writing() as session:
        _load_units(session)
        session.commit()
    load_accounts(holdings)
    added = 0
    for done, publication in enumerate(found, start=1):
        added += _load_publication(holdings, publication, fonts=fonts)
        on_publication(done, len(found))
    return added


def _load_units(session: Session) -> None:
    missing = [unit for unit in units() if find_unit(session, unit.code) is None]
    for unit in missing:
        create_unit(session, UnitInput(code=unit.code, name=unit.name, kind=unit.kind), by=_LOADER)
    for unit in missing:
        made = find_unit(session, unit.code)
        assert made is not None, "just created"
        update_unit(session, unit_id=made.id, given=_unit_input(unit), by=_LOADER)


def _unit_input(unit: DemoUnit) -> UnitInput:
    return UnitInput(
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        parent=unit.parent or "",
        successor=unit.successor or "",
        valid_from=date.fromisoformat(unit.valid_from) if unit.valid_from else None,
        valid_to=date.fromisoformat(unit.valid_to) if unit.valid_to else None,
    )


def load_accounts(holdings: Holdings) -> None:
    """The demo accounts, made at first run with random passwords.

    The passwords are written down before the accounts are committed: an account whose password
    nobody knows would be the worse half.
    """
    path = holdings.settings.instance / ACCOUNTS_FILE
    with holdings.database.writing() as session:
        wanted = [
            account
            for account in ACCOUNTS
            if session.scalar(select(User.id).where(User.email == _email(account))) is None
        ]
        if not wanted:
            return
        kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
        known = {row["email"]: row for row in kept}
        for account in wanted:
            password = _new_password()
            accounts.create_user(
                session,
                email=_email(account),
                role=account.role,
                by=_LOADER,
                name=account.name,
                unit=find_unit(session, account.unit) if account.unit else None,
                password=password,
            )
            known[_email(account)] = {
                "role": account.role.value,
                "email": _email(account),
                "password": password,
                "unit": account.unit or None,
            }
        rows = [known[_email(account)] for account in ACCOUNTS if _email(account) in known]
        _write_private(path, json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        session.commit()


def _new_password() -> str:
    """60 random bits in three groups that can be read off a screen and typed: `k3f9-x2m7-q1zt`."""
    letters = new_id()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _email(account: DemoAccount) -> str:
    return f"{account.local_part}@{_DOMAIN}"


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def demo_id(publication: DemoPublication) -> str:
    return derived_id("demo", publication.slug)


def _load_publication(holdings: Holdings, publication: DemoPublication, *, fonts: Path) -> int:
    publication_id = demo_id(publication)
    with holdings.database.reading() as session:
        if session.get(Publication, publication_id) is not None:
            return 0
    given = _as_typed(publication)
    record = read_record(given, first_year=holdings.settings.first_year)
    received: list[CheckedFile] = []
    with tempfile.TemporaryDirectory() as folder:
        for path in typeset(publication, fonts, Path(folder)):
            with path.open("rb") as stream:
                file = holdings.incoming.receive(
                    stream, limit_bytes=holdings.settings.max_upload_bytes
                )
            received.append(check_file(file, path.name, limits=holdings.limits))
    status = Status(publication.status)
    with holdings.database.writing() as session:
        unit = find_unit(session, publication.unit)
        assert unit is not None, f"{publication.slug} names the unknown unit {publication.unit}"
        done = deposits.deposit(
            session,
            holdings,
            publication_id=publication_id,
            record=record,
            files=received,
            unit=unit,
            status=Status.SUBMITTED if status is Status.RETURNED else status,
            by=_depositor(session, publication),
            is_demo=True,
        )
        if status is Status.RETURNED:
            reviews.return_to_depositor(
                session, done.publication, by=_LOADER, note=publication.review_note
            )
        session.commit()
    for checked in received:
        holdings.incoming.discard(checked.received)
    return 1


def _depositor(session: Session, publication: DemoPublication) -> Actor:
    """The unit's demo account, where it has one: its list of deposits then shows something."""
    user = session.scalar(
        select(User)
        .where(User.email.endswith(f"@{_DOMAIN}"), User.role == Role.DEPOSITOR)
        .where(User.unit.has(code=publication.unit))
    )
    if user is None:
        return _LOADER
    return Actor(
        user_id=user.id,
        role=Role.DEPOSITOR,
        unit_id=user.unit_id,
        unit_code=publication.unit,
        name=user.name,
        origin="cli",
    )


def _as_typed(publication: DemoPublication) -> dict[str, str]:
    """The record as a sheet would give it, so that it passes the same checks."""
    values: dict[str, str] = {}
    for name in (*TEXT_FIELDS, "issued", "kind", "access", "embargo_until"):
        values[name] = str(getattr(publication, name, None) or "")
    for name in MULTIPLE_FIELDS:
        source = "language" if name == "languages" else name
        values[name] = ";".join(getattr(publication, source, ()))
    return values


def remove_demo(holdings: Holdings) -> int:
    """Take the demo's publications and accounts away; how many publications. Units stay, since
    real records may name them."""
    with holdings.database.writing() as session:
        rows = session.scalars(select(Publication).where(Publication.is_demo)).all()
        ids = [row.id for row in rows]
        session.execute(delete(Publication).where(Publication.id.in_(ids)))
        for user in session.scalars(select(User).where(User.email.endswith(f"@{_DOMAIN}"))):
            accounts.delete_user(session, user_id=user.id)
        if ids:
            take_back_last_numbers(session)
            note_event(session, "demo_removed", by=_LOADER, data={"count": len(ids)})
        session.commit()
    for publication_id in ids:
        holdings.images.remove(publication_id)
        holdings.originals.remove(object_id(publication_id))
    holdings.index.write([], deleted_ids=ids)
    (holdings.settings.instance / ACCOUNTS_FILE).unlink(missing_ok=True)
    (holdings.settings.instance / REMOVED_FILE).touch()
    return len(ids)
