"""Text files put together for sending: sheets that import others hold them, comments stay behind,
and what a file refers to is named by an address that changes with its content."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

AddressOf = Callable[[str], str]
"""The served name of a file (`vendor/x.woff2`) → its address, "" where there is no such file."""
TextOf = Callable[[str], str]

# A string is taken whole, so that what stands in it is neither a comment nor the end of one.
_COMMENT = re.compile(r"""("[^"\n]*"|'[^'\n]*')|/\*.*?\*/""", re.DOTALL)
_IMPORT = re.compile(r'@import "([\w./-]+)"\s*([^;"]*);')
_URL = re.compile(r'url\("((?!data:|[a-z]+://|[/#])[^"]+)"\)')
_MODULE = re.compile(r'(?m)^(import\b[^"\n]*|[^"\n]*\bimport\()"(\.{1,2}/[\w./-]+)"')


def style_sheet(name: str, *, text_of: TextOf, address_of: AddressOf) -> str:
    """The sheet `name` (`css/site.css`) with every `@import "…"` replaced by what it names, under
    its media where it has some, without comments, its `url("…")` turned into addresses.

    `text_of` raises for a sheet that is not there, and so does this.
    """

    def imported(found: re.Match[str]) -> str:
        inner = style_sheet(_beside(name, found[1]), text_of=text_of, address_of=address_of)
        media = found[2].strip()
        return f"@media {media} {{\n{inner}}}\n" if media else inner

    def addressed(found: re.Match[str]) -> str:
        address = address_of(_beside(name, found[1]))
        return f'url("{address}")' if address else found[0]

    plain = _COMMENT.sub(lambda found: found[1] or "", text_of(name))
    own = _URL.sub(addressed, plain)
    whole = _IMPORT.sub(imported, own)
    return "".join(f"{line.strip()}\n" for line in whole.splitlines() if line.strip())


def script(name: str, *, text_of: TextOf, address_of: AddressOf) -> str:
    """The module `name` (`js/deposit.js`) with the modules it imports named by their addresses."""

    def addressed(found: re.Match[str]) -> str:
        address = address_of(_beside(name, found[2]))
        return f'{found[1]}"{address}"' if address else found[0]

    return _MODULE.sub(addressed, text_of(name))


def _beside(name: str, reference: str) -> str:
    """`css/fonts.css`, `../vendor/x.woff2` → `vendor/x.woff2`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), reference))
