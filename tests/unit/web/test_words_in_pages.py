"""What templates say through `_()`."""

from __future__ import annotations

from markupsafe import Markup

from archive.core.language import speak
from archive.web.languages import told


def test_values_are_put_in_their_places_and_escaped() -> None:
    assert told("Trang %(label)s của %(title)s", label=3, title="<b>") == "Trang 3 của &lt;b&gt;"
    assert told("Lọc %(name)s", name=Markup("<i>x</i>")) == "Lọc <i>x</i>"


def test_sentence_keeps_its_own_markup_and_its_per_cent_sign() -> None:
    assert told("“Cao Bằng” & hơn thế") == "“Cao Bằng” & hơn thế"
    assert isinstance(told("Tìm"), Markup)
    assert told("Đã đọc 100%% số trang") == "Đã đọc 100% số trang"


def test_sentence_is_told_in_the_language_of_the_moment() -> None:
    speak({"Tìm %(what)s": "Find %(what)s"}.__getitem__, None)
    try:
        assert told("Tìm %(what)s", what="x") == "Find x"
    finally:
        speak(None, None)
