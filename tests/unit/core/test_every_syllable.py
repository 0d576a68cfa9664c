"""No Vietnamese syllable is lost on its way into the index, however it was typed."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.core.syllables import is_syllable, syllables
from archive.core.text import canonical, clean_text, fold, is_marked, words
from tests.conftest import ROOT, missing

EVERY = sorted(syllables())
ENCYCLOPAEDIA = ROOT.parent / "shared" / "eval" / "retrieval_open.json"
LIKE_D = "đĐðÐɖƉ"
OPEN_PAIRS = ("oa", "oe", "uy")
TONES = "\u0300\u0309\u0303\u0301\u0323"

any_syllable = st.sampled_from(EVERY)
with_d_stroke = st.sampled_from([syllable for syllable in EVERY if syllable.startswith("đ")])
any_text = st.text(max_size=60)


def typings(word: str) -> Iterator[str]:
    """The word in small letters, capitals, and with a capital, each composed and decomposed."""
    for cased in (word, word.upper(), word.capitalize()):
        yield unicodedata.normalize("NFC", cased)
        yield unicodedata.normalize("NFD", cased)


def tone_elsewhere(word: str) -> str:
    """The syllable in the other habit of placing its tone: hòa for hoà; itself where there is
    only one."""
    letters = unicodedata.normalize("NFD", word)
    tone = next((letter for letter in letters if letter in TONES), "")
    bare = letters.replace(tone, "") if tone else letters
    pair = bare[-2:]
    if not tone or pair not in OPEN_PAIRS or bare.startswith("qu"):
        return word
    onset = bare[:-2]
    first, second = onset + pair[0] + tone + pair[1], onset + pair + tone
    return unicodedata.normalize("NFC", second if letters == first else first)


def test_every_syllable_is_one_word_in_every_typing():
    assert len(EVERY) > 18_000
    for syllable in EVERY:
        kept = canonical(syllable)
        assert is_syllable(kept), syllable
        for typed in (*typings(syllable), *typings(tone_elsewhere(syllable))):
            assert words(f"({typed}, ") == [kept], typed


def test_syllables_fall_together_only_by_the_place_of_their_tone_and_by_final_y():
    together = defaultdict(set)
    for syllable in EVERY:
        together[canonical(syllable)].add(syllable)
    shared = [spellings for spellings in together.values() if len(spellings) > 1]
    assert {"hoà", "hòa"} in shared
    assert {"kỳ", "kì"} in shared
    for spellings in shared:
        one, other = spellings
        bare = {re.sub(f"[{TONES}]", "", unicodedata.normalize("NFD", word)) for word in spellings}
        by_i_and_y = len(bare) == 2 and all(re.fullmatch("([hklmstv]|qu)[iy]", b) for b in bare)
        assert by_i_and_y or tone_elsewhere(one) == other, spellings


def test_every_syllable_without_its_marks_is_found_by_plain_letters():
    for syllable in EVERY:
        plain = fold(syllable)
        assert plain.isascii(), syllable
        assert plain.isalpha(), syllable
        assert {fold(typed) for typed in typings(syllable)} == {plain}
        assert canonical(plain) == plain
        assert is_marked(syllable) is (canonical(syllable) != plain)


def test_every_word_of_an_encyclopaedia_survives():
    if not ENCYCLOPAEDIA.is_file():
        missing("../shared/eval/retrieval_open.json")
    texts = [
        clean_text(each["text"]) for each in json.loads(ENCYCLOPAEDIA.read_text("utf-8"))["docs"]
    ]
    written = {word for text in texts for word in re.findall(r"\b[^\W\d_]+\b", text)}
    native = {word for word in written if is_syllable(word)}
    assert len(native) > 5_000
    for word in native:
        assert {tuple(words(typed)) for typed in typings(word)} == {(canonical(word),)}
    # Foreign names too: those of other alphabets, with marks that no Vietnamese letter bears.
    for word in written - native:
        assert words(word) == [canonical(word)], word
    kept = {word for text in texts for word in words(text)}
    assert {canonical(word) for word in native} <= kept


@given(with_d_stroke, st.sampled_from(LIKE_D))
def test_every_letter_that_looks_like_d_with_a_stroke_is_one(syllable, letter):
    assert words(letter + syllable[1:]) == [canonical(syllable)]
    assert fold(letter + syllable[1:]) == fold("d" + syllable[1:])


@given(with_d_stroke)
def test_d_and_d_with_a_stroke_are_two_letters(syllable):
    assert words("d" + syllable[1:]) != words(syllable)


@given(any_text)
def test_the_words_of_the_words_are_the_words(text):
    once = words(text)
    assert words(" ".join(once)) == once


@given(st.lists(any_syllable, min_size=1, max_size=12), st.data())
def test_a_sentence_has_the_same_words_however_each_of_them_is_typed(sentence, data):
    typed = [
        data.draw(st.sampled_from([*typings(word), *typings(tone_elsewhere(word))]))
        for word in sentence
    ]
    assert words(" ".join(typed)) == [canonical(word) for word in sentence]


@pytest.mark.parametrize(
    ("one", "other"),
    [("hoà", "hòa"), ("khoẻ", "khỏe"), ("thuỷ", "thủy"), ("quý", "quý"), ("hoàn", "hoàn")],
)
def test_the_other_place_of_a_tone(one, other):
    assert tone_elsewhere(one) == other
    assert tone_elsewhere(other) == one
