"""Where mail is handed over, as one address says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class MailServer:
    """`is_wrapped`: the connection is encrypted from its first byte (smtps); else STARTTLS is used
    where the server offers it. `sender` is the address that mail comes from."""

    host: str
    port: int
    is_wrapped: bool
    user: str
    password: str = field(repr=False)
    sender: str

    @property
    def is_local(self) -> bool:
        """Whether the server runs on this machine: nothing goes over a network."""
        return self.host in ("localhost", "127.0.0.1", "::1")


def parse_mail_url(url: str) -> MailServer | None:
    """`smtp://user:pass@host:port?from=kho@example.vn` or `smtps://…`, None for an empty text.

    User and password are percent-encoded; the port is 587, of smtps 465. Without `from` the user
    is the sender, where that is an address. Raises ValueError with what is missing.
    """
    if not url.strip():
        return None
    parts = urlsplit(url.strip())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("smtp://host:port")
    user = unquote(parts.username or "")
    sender = (parse_qs(parts.query).get("from") or [user])[0]
    if sender.count("@") != 1 or any(sign.isspace() for sign in sender):
        raise ValueError("?from=kho@example.vn")
    return MailServer(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 587),
        is_wrapped=parts.scheme == "smtps",
        user=user,
        password=unquote(parts.password or ""),
        sender=sender,
    )
