"""Who may do what, in one place. Faces ask these functions; templates never decide."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    READER = "reader"
    DEPOSITOR = "depositor"
    CURATOR = "curator"
    ADMIN = "admin"


class Access(StrEnum):
    """Whom an accepted record is open to: anyone, any signed-in account, or its own unit."""

    PUBLIC = "public"
    INTERNAL = "internal"
    RESTRICTED = "restricted"


@dataclass(frozen=True)
class Actor:
    """The person (or program) on whose behalf something is done. `user_id` None: not signed in.
    `origin` is where they act from: `web 203.0.113.7`, `cli`, `worker`."""

    user_id: int | None = None
    role: Role | None = None
    unit_id: int | None = None
    unit_code: str | None = None
    name: str = ""
    origin: str = ""

    @property
    def is_signed_in(self) -> bool:
        return self.role is not None

    @property
    def may_deposit(self) -> bool:
        return self.role in (Role.DEPOSITOR, Role.CURATOR, Role.ADMIN)

    @property
    def may_curate(self) -> bool:
        return self.role in (Role.CURATOR, Role.ADMIN)

    @property
    def may_administer(self) -> bool:
        return self.role is Role.ADMIN


ANYONE = Actor()
"""A reader without an account."""

SYSTEM = Actor(role=Role.ADMIN, name="hệ thống", origin="cli")
"""Commands run on the machine itself: import, demo, rebuild."""

WORKER = Actor(role=Role.ADMIN, name="hệ thống", origin="worker")
"""What happens of itself, in the background."""
