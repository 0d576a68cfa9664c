"""Scripts that stand in the page itself.

They settle what must be settled before anything is drawn; as a file of its own each would keep the
first look waiting for one more answer. The content policy names each by its digest, so that no
other script in a page ever runs.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from archive.web.static import FOLDER

_HEADING = re.compile(r"\A/\*.*?\*/\s*", re.DOTALL)


def _text_of(name: str) -> str:
    """The script without the comment at its head."""
    return _HEADING.sub("", (FOLDER / name).read_text(encoding="utf-8")).strip()


SCRIPTS: Final[Mapping[str, str]] = {
    name: _text_of(name) for name in ("js/at_hand.js", "js/reader/before.js")
}
"""The name of each such script → its text as it stands in pages. Read once: what the policy names
and what the pages hold are the same text."""


def digest(script: str) -> str:
    """What a content policy calls the script: `'sha256-…'` with its quotes."""
    hashed = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(hashed).decode()}'"


def inline(name: str, **data: str) -> Markup:
    """The element that holds the script `name`, each of `data` as a `data-…` attribute.

    KeyError: the script is none of `SCRIPTS`.
    """
    attributes = Markup("").join(
        Markup(' data-{}="{}"').format(key, value) for key, value in data.items()
    )
    return Markup("<script{}>{}</script>").format(attributes, Markup(SCRIPTS[name]))  # noqa: S704
