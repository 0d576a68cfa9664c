"""The blueprint, and the publication that an address names."""

from __future__ import annotations

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from archive.core.errors import NotFoundError
from archive.core.roles import Actor
from archive.models import Publication
from archive.services import catalogue

blueprint = Blueprint("publications", __name__)


def find_publication(session: Session, publication_id: str, actor: Actor) -> Publication:
    """The publication; 404 where there is none and where this reader may not know of it."""
    try:
        return catalogue.find_publication(session, publication_id, actor=actor)
    except NotFoundError:
        abort(404)
