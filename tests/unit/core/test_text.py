"""Two spellings of one Vietnamese word are one word, and no word is lost."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.core.text import canonical, clean_text, fold, is_marked, tokens, words

TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_RIMES = (
    "a ac ach ai am an ang anh ao au ay e em en eo ê êch ên êu i ia ich iêc iên iêng iêu im in inh "
    "iu o oa oai oan oang oat oay oăc oăn oe oi on ong oong ô ôi ôn ông ơ ơi ơn u ua uân uê ui uy "
    "uya uyên uyêt uynh uyu uôc uôi uôn uông ươ ươi ươn ương ươu ưa ưi ưng ưu y yên yêu "
    "â âm ân ă ăn"
)
ONSETS = ["", *_ONSETS.split()]
RIMES = _RIMES.split()


def _toned_anywhere(base: str, tone: str) -> list[str]:
    """Every spelling of a syllable with its one tone on any of its vowels."""
    places = [i for i, c in enumerate(base) if c in "aăâeêioôơuưy"]
    return [unicodedata.normalize("NFC", base[: i + 1] + tone + base[i + 1 :]) for i in places]


syllables = st.builds(
    lambda onset, rime, tone: (onset + rime, tone),
    st.sampled_from(ONSETS),
    st.sampled_from(RIMES),
    st.sampled_from(TONES),
)
any_text = st.text(max_size=60)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("hoà", "hòa"),
        ("HOÀ", "hòa"),
        ("Thuý", "thúy"),
        ("khoẻ", "khỏe"),
        ("loè", "lòe"),
        ("uỷ", "ủy"),
        ("hoàng", "hoàng"),
        ("ngừơi", "người"),
        ("họăc", "hoặc"),
        ("kỹ", "kĩ"),
        ("Lý", "lí"),
        ("QUÝ", "quí"),
        ("mỹ", "mĩ"),
        ("vy", "vi"),
        ("quả", "quả"),
        ("gìa", "già"),
        ("gì", "gì"),
        ("giếng", "giếng"),
        ("khuỷu", "khuỷu"),
        ("thuỳ", "thùy"),
        ("thy", "thy"),
        ("y", "y"),
        ("ý", "ý"),
        ("tây", "tây"),
        ("ĐCSVN", "đcsvn"),
        ("Ðảng", "đảng"),
        ("ðảng", "đảng"),
        ("café", "café"),
        ("résumé", "résumé"),
        ("señor", "señor"),
        ("1.234,5", "1.234,5"),
    ],
)
def test_canonical_has_one_spelling_per_word(typed, kept):
    assert canonical(typed) == kept


def test_words_that_differ_in_meaning_stay_apart():
    forms = ["ma", "mà", "má", "mả", "mã", "mạ", "da", "đa", "hoa", "hòa", "hóa", "dương", "đường"]
    assert len({canonical(form) for form in forms}) == len(forms)


@given(syllables)
def test_every_tone_placement_form_and_case_gives_the_same_word(syllable):
    base, tone = syllable
    spellings = _toned_anywhere(base, tone) if tone else [base]
    if base.startswith(("qu", "gi")) and len(spellings) > 1:
        # In qu and gi the second letter belongs to the onset; nobody writes the tone there.
        spellings = spellings[1:]
    forms = {
        unicodedata.normalize(form, variant)
        for spelling in spellings
        for variant in (spelling, spelling.upper(), spelling.capitalize())
        for form in ("NFC", "NFD")
    }
    assert len({canonical(form) for form in forms}) == 1
    assert len({fold(form) for form in forms}) == 1


@given(syllables)
def test_a_syllable_survives_as_one_word(syllable):
    base, tone = syllable
    for spelling in _toned_anywhere(base, tone):
        assert words(f" {spelling}, ") == [canonical(spelling)]
        assert canonical(spelling)


@given(any_text)
def test_every_step_is_idempotent(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    for token in [text, *(found.text for found in tokens(text))]:
        kept = canonical(token)
        assert canonical(kept) == kept
        folded = fold(token)
        assert fold(folded) == folded
        assert fold(kept) == folded
        assert canonical(folded) == folded


@given(any_text)
def test_tokens_stand_where_they_say_and_words_are_their_canonical_forms(text):
    cleaned = clean_text(text)
    found = tokens(text)
    assert all(cleaned[token.start : token.end] == token.text for token in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert [canonical(token.text) for token in found] == words(text)


@given(any_text)
def test_composed_and_decomposed_text_have_the_same_words(text):
    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))


def test_clean_text_mends_d_and_drops_what_cannot_be_seen():
    raw = "Ðảng\ufeff bộ ðịa\u200b phư\u00adơng Ɖ ɖ\x00\ud800\n\nhai\r\nba\u00a0bốn\f"
    assert clean_text(raw) == "Đảng bộ địa phương Đ đ\n\nhai\r\nba\u00a0bốn\f"
    assert clean_text(unicodedata.normalize("NFD", "Cao Bằng")) == "Cao Bằng"


def test_short_words_and_numbers_are_kept_whole():
    text = "Ở xã Ý, to can an in 1.234,5 ha; số 414-KH/TU, Cao Bằng,2024."
    found = " ".join(token.text for token in tokens(text))
    assert found == "Ở xã Ý to can an in 1.234,5 ha số 414 KH TU Cao Bằng 2024"


def test_text_without_any_space_is_cut_into_bounded_words():
    assert {len(token.text) for token in tokens("x" * 640)} == {64}
    assert max(len(token.text) for token in tokens("1." * 5000)) < 300


def test_nothing_in_nothing_out():
    assert tokens("") == []
    assert words(" –!?\u0301") == []
    assert canonical("") == ""
    assert fold("") == ""


@pytest.mark.parametrize(
    ("token", "folded"),
    [
        ("Đường", "duong"),
        ("đ", "d"),
        ("Đ", "d"),
        ("Ð", "d"),
        ("ð", "d"),
        ("Nguyễn", "nguyen"),
        ("kỳ", "ki"),
        ("ky", "ki"),
        ("café", "cafe"),
    ],
)
def test_fold_is_what_people_type_without_marks(token, folded):
    assert fold(token) == folded
    assert fold(unicodedata.normalize("NFD", token)) == folded


@pytest.mark.parametrize(
    ("token", "marked"),
    [("Bằng", True), ("da", False), ("đa", True), ("ky", False), ("KỲ", True), ("2024", False)],
)
def test_a_mark_anywhere_means_typed_with_marks(token, marked):
    assert is_marked(token) is marked
