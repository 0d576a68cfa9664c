"""Passwords and tokens as they are stored, and addresses in one spelling."""

from __future__ import annotations

import base64
import hashlib
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from archive.services.records import one_line

MINIMUM_PASSWORD_LENGTH = 10
# Longer ones add no safety, only work for the hasher.
MAXIMUM_PASSWORD_LENGTH = 1000
_HASHER = PasswordHasher()


def normal_email(email: str) -> str:
    """The address as accounts are known by it: one line, small letters."""
    return one_line(email).lower()


def typed_password(password: str) -> str:
    """The password in one spelling: keyboards differ in how they compose Vietnamese letters."""
    return unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    """What is stored of a password that `typed_password` gave: Argon2id with a salt of its own."""
    return _HASHER.hash(password)


def password_matches(stored: str, password: str) -> bool:
    """Whether the stored hash is of this password; False for a hash that cannot be read."""
    try:
        return _HASHER.verify(stored, typed_password(password)[: MAXIMUM_PASSWORD_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False


def hash_of_nobody() -> str:
    """A hash that no password has, verified when the address is unknown, so that the answer takes
    as long as for a known one. Made of chance: to hash a word for it would cost every process of
    the archive a quarter of a second at its start."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    costs = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


def token_digest(token: str) -> str:
    """What is stored of a session's or a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()
