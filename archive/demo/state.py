"""Whether the demo archive is there already; light enough to ask at every start."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.demo.publications import HERE
from archive.models import Publication
from archive.models.database import Database

ACCOUNTS_FILE = "demo-accounts.json"
REMOVED_FILE = "demo-removed"
ACCOUNT_COUNT = 5


def was_removed(instance: Path) -> bool:
    """Whether somebody took the demo away: it comes back only when `demo load` is asked for."""
    return (instance / REMOVED_FILE).exists()


def is_loaded(database: Database, instance: Path) -> bool:
    """Whether all demo publications and accounts are in."""
    path = instance / ACCOUNTS_FILE
    if not path.is_file() or len(json.loads(path.read_text("utf-8"))) < ACCOUNT_COUNT:
        return False
    with database.reading() as session:
        return count_demo(session) >= len(list((HERE / "publications").glob("*/record.json")))


def count_demo(session: Session) -> int:
    return session.scalar(select(func.count()).where(Publication.is_demo)) or 0
