"""Scripts in the page itself run because the content policy names them; no other does."""

from __future__ import annotations

import base64
import hashlib

import pytest

from archive.web.headers import POLICY
from archive.web.inline import SCRIPTS, inline
from archive.web.static import FOLDER


@pytest.mark.parametrize("name", SCRIPTS)
def test_policy_names_the_script_as_it_stands_in_the_page(name: str) -> None:
    element = str(inline(name))
    text = element.removeprefix("<script>").removesuffix("</script>")
    hashed = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    allowed = next(part for part in POLICY.split("; ") if part.startswith("script-src "))
    assert f"'sha256-{hashed}'" in allowed.split()
    # Nothing in it ends the element early, and its heading stays in the file.
    assert "</" not in text
    assert not text.startswith("/*")
    assert (FOLDER / name).read_text(encoding="utf-8").rstrip().endswith(text)


def test_what_the_page_tells_the_script_is_escaped() -> None:
    element = str(inline("js/reader/before.js", shows='"><script>'))
    assert element.startswith('<script data-shows="&#34;&gt;&lt;script&gt;">')


def test_only_known_scripts_stand_in_pages() -> None:
    with pytest.raises(KeyError):
        inline("js/start.js")
