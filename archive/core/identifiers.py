"""Identifiers that are short, safe in URLs and on paper, and say nothing about what they name."""

from __future__ import annotations

import hashlib
import re
import secrets

# Crockford's base 32 without i, l, o, u: nothing that is misread from a printed receipt.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 12
_PATTERN = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")


def new_id() -> str:
    """A random identifier of 12 characters (60 bits)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def derived_id(*parts: str) -> str:
    """The same 12 characters for the same parts: what makes a repeated import add nothing."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    letters = []
    for _ in range(LENGTH):
        number, remainder = divmod(number, 32)
        letters.append(ALPHABET[remainder])
    return "".join(letters)


def is_id(text: str) -> bool:
    return _PATTERN.fullmatch(text) is not None
