"""What a page says that cannot show what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.web.pages.parts import Link


@dataclass(frozen=True)
class ErrorPage:
    """`message` says what is the matter, `advice` what to do about it, a sentence each. `main` is
    the next step, None where there is none but the ways that every such page offers. `told_at` is
    the moment to name to whoever looks after the archive, "" where nobody need be told. Who is not
    signed in reads `closed_message` in place of `message` ("": the same), and is offered `sign_in`,
    which leads back here."""

    code: int
    title: str
    message: str
    advice: Sequence[str] = ()
    main: Link | None = None
    told_at: str = ""
    closed_message: str = ""
    sign_in: Link | None = None
