"""Who may do what, in one place. Faces ask these functions; templates never decide."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archive.core.language import N_


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

    `predecessors` are the units, number and code, that became this account's unit: what they
    issued and deposited is its to answer for (see `answers_for`). `origin` is where they
    act from: `web 203.0.113.7`, `cli`, `worker`.
    """

    user_id: int | None = None
    role: Role | None = None
    unit_id: int | None = None
    unit_code: str | None = None
    name: str = ""
    origin: str = ""
    predecessors: tuple[tuple[int, str], ...] = ()

    @property
    def unit_ids(self) -> tuple[int, ...]:
        """The units this account answers for: its own first, then those that became it."""
        own = () if self.unit_id is None else (self.unit_id,)
        return (*own, *(number for number, _ in self.predecessors))

    @property
    def unit_codes(self) -> tuple[str, ...]:
        own = (self.unit_code,) if self.unit_code else ()
        return (*own, *(code for _, code in self.predecessors))

    def answers_for(self, unit_id: int) -> bool:
        """Whether the unit is this account's own, or one that became it."""
        return unit_id in self.unit_ids

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

SYSTEM = Actor(role=Role.ADMIN, name=N_("hệ thống"), origin="cli")
"""Commands run on the machine itself: import, demo, rebuild."""

WORKER = Actor(role=Role.ADMIN, name=N_("hệ thống"), origin="worker")
"""What happens of itself, in the background."""
