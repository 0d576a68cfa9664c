"""Mail handed over to a server. No database, no Flask."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime, make_msgid

from archive.core.errors import ArchiveError
from archive.core.mail_server import MailServer

TIMEOUT_SECONDS = 15.0


class MailDownError(ArchiveError):
    """The server cannot be reached or takes nothing now; `detail` says what it answered."""

    code = "mail_down"


class MailRefusedError(ArchiveError):
    """The server will not take this mail for this address, now or later."""

    code = "mail_refused"


def compose(
    *, server: MailServer, sender_name: str, to: str, subject: str, text: str
) -> EmailMessage:
    """A plain text mail in UTF-8. What would end a header's line is made a blank, so that nothing
    that people wrote can add a header."""
    message = EmailMessage(policy=SMTP)
    user, _, domain = server.sender.partition("@")
    message["From"] = Address(_one_line(sender_name), username=user, domain=domain)
    message["To"] = _one_line(to)
    message["Subject"] = _one_line(subject)
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, charset="utf-8")
    return message


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


class Outbox:
    """An open connection to the server."""

    def __init__(self, connection: smtplib.SMTP) -> None:
        self._connection = connection

    def send(self, message: EmailMessage) -> None:
        """Hand the mail over. Raises MailRefusedError, MailDownError."""
        try:
            self._connection.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            codes = (
                [code for code, _ in error.recipients.values()]
                if isinstance(error, smtplib.SMTPRecipientsRefused)
                else [error.smtp_code]
            )
            kind = MailRefusedError if codes and min(codes) >= 500 else MailDownError
            raise kind(detail=type(error).__name__, codes=codes) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailDownError(detail=type(error).__name__) from error


@contextmanager
def connect(server: MailServer) -> Iterator[Outbox]:
    """A connection for some mails. Raises MailDownError; a password is never sent in the clear
    over a network."""
    context = ssl.create_default_context()
    try:
        connection: smtplib.SMTP
        if server.is_wrapped:
            connection = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    except (smtplib.SMTPException, OSError) as error:
        raise MailDownError(detail=type(error).__name__) from error
    with connection:
        try:
            connection.ehlo_or_helo_if_needed()
            is_safe = server.is_wrapped or server.is_local
            if not server.is_wrapped and connection.has_extn("starttls"):
                connection.starttls(context=context)
                is_safe = True
            if server.user and server.password:
                if not is_safe:
                    raise MailDownError(detail="no encryption offered for the password")
                connection.login(server.user, server.password)
        except (smtplib.SMTPException, OSError) as error:
            raise MailDownError(detail=type(error).__name__) from error
        yield Outbox(connection)


def answers(server: MailServer, *, timeout_seconds: float = 1.0) -> bool:
    """Whether something listens where mail is handed over."""
    try:
        with socket.create_connection((server.host, server.port), timeout=timeout_seconds):
            return True
    except OSError:
        return False
