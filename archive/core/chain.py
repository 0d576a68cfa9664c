"""The digest that links an event to the one before: whoever changes one has to change all after."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

BEGINNING = "0" * 64
"""What the first link names as the one before."""


def link_digest(
    *,
    number: int,
    at: datetime,
    kind: str,
    actor_name: str,
    role: str,
    origin: str,
    publication_id: str | None,
    note: str,
    data: dict[str, Any] | None,
    previous: str,
) -> str:
    """SHA-256 in hexadecimal over all of the event and the digest before it, as compact JSON.

    The account's number is no part of it: an account may be erased, the name it acted under stays.
    `data` has to be plain JSON (see `plain_json`), `at` to have a zone.
    """
    content = [
        *(number, at.astimezone(UTC).isoformat(timespec="microseconds"), kind),
        *(actor_name, role, origin, publication_id, note, data, previous),
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def plain_json(data: dict[str, Any] | None) -> dict[str, Any] | None:
    """`data` as a database gives it back: tuples as lists, keys as texts."""
    if data is None:
        return None
    plain: dict[str, Any] = json.loads(json.dumps(data))
    return plain
