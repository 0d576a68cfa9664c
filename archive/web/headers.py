"""Headers of every answer: what a browser may load, and nothing else."""

from __future__ import annotations

from flask import Response

from archive.web.inline import SCRIPTS, digest

POLICY = "; ".join(
    (
        "default-src 'none'",
        " ".join(("script-src 'self'", *(digest(script) for script in SCRIPTS.values()))),
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def set_headers(response: Response) -> Response:
    """Add the policy and its companions; a view that set its own keeps it."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    # Pages depend on who looks; only addresses with a version in them may be kept unasked.
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
