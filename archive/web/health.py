"""Whether the process lives, and whether the archive is ready to be used."""

from __future__ import annotations

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from archive.services.readiness import check_readiness
from archive.web.access import OpenTo, open_to
from archive.web.context import holdings

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@open_to(OpenTo.ANYONE)
def alive() -> Response:
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
@open_to(OpenTo.ANYONE)
def ready() -> tuple[Response, int]:
    """200 only once every needed part works and the first demo is searchable."""
    readiness = check_readiness(holdings())
    body = {
        "status": "ready" if readiness.is_ready else "not ready",
        "parts": {
            part.name: {"ok": part.is_ok, "needed": part.is_needed, "detail": part.detail}
            for part in readiness.parts
        },
    }
    return jsonify(body), 200 if readiness.is_ready else 503
