"""The seal of the log: its last link, kept outside the database under a key, so that a log whose
end was cut off, or that was written anew from some link on, is told from a whole one."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archive.core.errors import StorageDamagedError
from archive.storage.durable import storage_faults, sync_folder
from archive.storage.locks import hold

_BYTES = 512
_WAIT_SECONDS = 10.0


@dataclass(frozen=True)
class Sealed:
    """The link that was the last one when the seal was set."""

    number: int
    digest: str


class Seal:
    """The seal at `path`; its lock lies in `locks`. A power cut may leave an older one, never a
    newer one: it is set after the database has the link for good."""

    def __init__(self, path: Path, locks: Path, *, key: str) -> None:
        self.path = path
        self._lock = locks / "seal.lock"
        self._key = hashlib.sha256(f"seal of the log\x00{key}".encode()).digest()

    def read(self) -> Sealed | None:
        """The sealed link, None where there is no seal. `StorageDamagedError` for one that was not
        set under this key."""
        with storage_faults():
            try:
                raw = self.path.read_bytes()
            except FileNotFoundError:
                return None
        return self.parse(raw)

    def parse(self, raw: bytes) -> Sealed:
        try:
            document = json.loads(raw)
            sealed = Sealed(int(document["number"]), str(document["digest"]))
            is_ours = hmac.compare_digest(str(document["seal"]), self._sign(sealed))
        except (ValueError, KeyError, TypeError):
            is_ours = False
        if not is_ours:
            raise StorageDamagedError(path=self.path.name, problem="seal_broken")
        return sealed

    def advance(self, to: Sealed, *, follows: Callable[[Sealed], bool]) -> bool:
        """Set the seal at `to` where that lies ahead and `follows` says that the sealed link is
        part of the log that leads there; whether it was set. A seal that does not fit stays: it is
        what tells that something was changed."""
        with storage_faults(), hold(self._lock, wait_seconds=_WAIT_SECONDS):
            known = self.read()
            if known is not None and (known.number >= to.number or not follows(known)):
                return False
            self._write(to)
            return True

    def set(self, to: Sealed) -> None:
        """Set the seal at `to` whatever it said: a person has looked at the log."""
        with storage_faults(), hold(self._lock, wait_seconds=_WAIT_SECONDS):
            self._write(to)

    def _write(self, sealed: Sealed) -> None:
        document = {
            "number": sealed.number,
            "digest": sealed.digest,
            "seal": self._sign(sealed),
        }
        # Of one length, in one place: a write in a single block is there wholly or not at all.
        raw = json.dumps(document).encode().ljust(_BYTES - 1) + b"\n"
        is_new = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, raw)
            os.ftruncate(descriptor, _BYTES)
        finally:
            os.close(descriptor)
        if is_new:
            sync_folder(self.path.parent)

    def _sign(self, sealed: Sealed) -> str:
        said = f"{sealed.number}:{sealed.digest}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()
