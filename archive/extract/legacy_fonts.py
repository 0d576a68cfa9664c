"""Text typed in the Vietnamese fonts of before Unicode, TCVN3 (ABC) and VNI, made readable.

Such fonts draw Vietnamese letters at the places of Western ones, so what a file carries reads
`ViÖt Nam` or `Vieät Nam`. The names of fonts mislead (most files that name .VnTime hold Unicode),
and encodings mix on one page and even in one line. So the words decide: each is read in every
encoding, a reading that gives a syllable is likely, and a change of encoding between two words is
not. The likeliest sequence of encodings is what was typed. A short line thereby borrows the
decision of its neighbours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from archive.core.syllables import is_syllable
from archive.extract.legacy_capitals import case_of, recapitalise


class Encoding(IntEnum):
    """What the letters of a word stand for."""

    UNICODE = 0
    TCVN3 = 1
    VNI = 2


class Run(NamedTuple):
    """A word in its text: `text[start:end]`, without white space."""

    start: int
    end: int


class Repair(NamedTuple):
    """What the word at `start` reads as. `ends_line`: a soft hyphen that looked like a broken word
    was the letter ư, so the word is complete and the next one begins a line."""

    text: str
    ends_line: bool = False


_TCVN3_CODES = "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢§£¤¥¦"
_TCVN3_LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
TCVN3_READINGS: Mapping[str, str] = dict(zip(_TCVN3_CODES, _TCVN3_LETTERS, strict=True))
"""The letter that each code of TCVN3 draws, codes as characters of Latin-1."""

# Signs that stand in for a code where a font's own table names them otherwise.
_ALIKE = {"\u03bc": "µ", "\u2219": "·", "\u2022": "·"}
_TCVN3 = str.maketrans(
    {**TCVN3_READINGS, **{sign: TCVN3_READINGS[code] for sign, code in _ALIKE.items()}}
)

_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
# A modifier follows its vowel. The capitals' modifiers are the capitals of these.
_VNI_MODIFIERS = {
    "ø": _GRAVE, "ù": _ACUTE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _CIRCUMFLEX, "à": _CIRCUMFLEX + _GRAVE, "á": _CIRCUMFLEX + _ACUTE,
    "å": _CIRCUMFLEX + _HOOK, "ã": _CIRCUMFLEX + _TILDE, "ä": _CIRCUMFLEX + _DOT,
    "ê": _BREVE, "è": _BREVE + _GRAVE, "é": _BREVE + _ACUTE,
    "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE, "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI_SINGLES = {
    "ñ": "đ", "ô": "ơ", "ö": "ư", "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ",
}  # fmt: skip


def _vni_readings() -> Iterator[tuple[str, str]]:
    for code, letter in _VNI_SINGLES.items():
        yield code, letter
        yield code.upper(), letter.upper()
    for vowel in "aeouyôö":
        for modifier, marks in _VNI_MODIFIERS.items():
            vowels = {_BREVE: "a", _CIRCUMFLEX: "aeo"}.get(marks[0], vowel)
            if vowel not in vowels:
                continue
            letter = unicodedata.normalize("NFC", _VNI_SINGLES.get(vowel, vowel) + marks)
            yield vowel + modifier, letter
            for follower in (modifier, modifier.upper()):
                yield vowel.upper() + follower, letter.upper()


VNI_READINGS: Mapping[str, str] = dict(_vni_readings())
"""The letter that each one or two characters of VNI draw. A capital's modifier may be small."""

_VNI_CODE = re.compile("|".join(sorted(VNI_READINGS, key=len, reverse=True)))


def decode_tcvn3(text: str) -> str:
    """The text as a TCVN3 (ABC) font draws it. Letters outside its table stay."""
    return text.translate(_TCVN3)


def decode_vni(text: str) -> str:
    """The text as a VNI font draws it. Letters outside its table stay."""
    return _VNI_CODE.sub(lambda found: VNI_READINGS[found.group()], text)


_DECODERS: Mapping[Encoding, Callable[[str], str]] = {
    Encoding.TCVN3: decode_tcvn3,
    Encoding.VNI: decode_vni,
}
_CODES = {
    Encoding.TCVN3: re.compile("[" + "".join([*_TCVN3_CODES, *_ALIKE]) + "]"),
    Encoding.VNI: _VNI_CODE,
}

# Legacy text shows itself by letters and signs that Vietnamese does not write, next to a letter.
_FOREIGN = "¡-¬\xad®-¿ÄÅÆÇËÎÏÑÐÖ×ØÛÜÞßäåæçëîïðñöø÷ûüþÿ"
# The foreign one is looked for first, since most pages have none.
_SUSPECT = re.compile(f"[{_FOREIGN}](?:(?=[A-Za-z-])|(?<=[A-Za-z-].))")
# "Thưa bác ạ.", "một ô đất": of the signs that a single one of is no word, these two are words by
# themselves.
_LONE = {"¹": "ạ", "«": "ô"}
_LONE_WORD = re.compile(r"[¹«][.,;:!?…”\"')]*")
_LINE_END_HYPHENS = ("\ufffe", "\x02")
_RUN = re.compile("[^\\s\ufffe\x02]+")
_ASCII_EDGES = re.compile(r"[^\s!-@\[-`{-~]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_HYPHENATED = re.compile(r"[^\s!-,.-@\[-`{-~-]*(?:-[^\s!-,.-@\[-`{-~-]*)+")

_NO_SYLLABLE = 4.0  # A word that is no syllable in this encoding.
_UNTYPABLE = 3.5  # A syllable, but with a letter that has no code: hardly typed in this encoding.
_LONE_LETTER = 1.0  # A single letter that is no syllable: it may be a name in a formula.
_HORN = 0.5  # The same, with no letter but ư, whose code some programs had replaced already.
_CHANGE_IN_LINE = 3.0
# Twice this is less than one wrong word: a line of a single word may differ from its neighbours.
_CHANGE_AT_LINE_END = 1.9
_START_IN_LEGACY = 1.5
# A stretch is converted only where so many of its words come out as syllables.
_CONVINCING = 0.6
# What is longer is no word, and is left as it is.
_LONGEST_RUN = 200


def may_be_legacy(text: str) -> bool:
    """Whether anything in the text looks typed in a legacy font: cheap, and never wrongly False."""
    return _SUSPECT.search(text) is not None


def find_repairs(text: str) -> dict[int, Repair]:
    """The words of a text that were typed in a legacy font, by their start; {} for most texts.

    Words are runs without white space and without the characters U+FFFE and U+0002, which mark a
    hyphen at a line's end. Must see the text before soft hyphens are taken out: in TCVN3 they are
    the letter ư.
    """
    if not may_be_legacy(text):
        return {}
    runs = [Run(found.start(), found.end()) for found in _RUN.finditer(text)]
    telling = [run for run in runs if not text[run.start : run.end].isascii()]
    chosen = _likeliest(text, telling)
    if not any(chosen):
        return {}
    encodings = dict(zip((run.start for run in telling), chosen, strict=True))
    repairs: dict[int, Repair] = {}
    for line in _lines(text, runs):
        repairs.update(_repair_line(text, line, encodings))
    return repairs


def repair(text: str) -> str:
    """The text with every word typed in a legacy font made readable; the same where none was."""
    found = find_repairs(text)
    if not found:
        return text
    parts: list[str] = []
    done = 0
    for run in _RUN.finditer(text):
        mended = found.get(run.start())
        if mended is None:
            continue
        parts += (text[done : run.start()], mended.text)
        done = run.end()
        if mended.ends_line:
            parts.append("\n")
            done += 1
    return "".join([*parts, text[done:]])


def _likeliest(text: str, runs: Sequence[Run]) -> list[Encoding]:
    """The encoding of each run in the cheapest sequence (Viterbi's algorithm)."""
    costs = [0.0, _START_IN_LEGACY, _START_IN_LEGACY]
    steps: list[tuple[int, ...]] = []
    last_end = 0
    for run in runs:
        line_ended = "\n" in text[last_end : run.start]
        last_end = run.end
        change = _CHANGE_AT_LINE_END if line_ended else _CHANGE_IN_LINE
        cheapest = min(range(3), key=costs.__getitem__)
        came_from = tuple(
            state if costs[state] <= costs[cheapest] + change else cheapest for state in range(3)
        )
        word = _costs(text[run.start : run.end])
        costs = [
            costs[before] + (change if before != state else 0.0) + word[state]
            for state, before in enumerate(came_from)
        ]
        steps.append(came_from)
    states: list[Encoding] = []
    state = min(range(3), key=costs.__getitem__)
    for came_from in reversed(steps):
        states.append(Encoding(state))
        state = came_from[state]
    states.reverse()
    return _convincing(text, runs, states)


def _convincing(text: str, runs: Sequence[Run], states: Sequence[Encoding]) -> list[Encoding]:
    """The states, with Unicode for stretches that hardly become Vietnamese (French, formulas)."""
    settled = list(states)
    start = 0
    while start < len(states):
        end = start
        while end < len(states) and states[end] == states[start]:
            end += 1
        state = states[start]
        if state:
            words = [text[run.start : run.end] for run in runs[start:end]]
            counted = [_costs(word) for word in words if _tells(word)]
            right = sum(cost[state] < _NO_SYLLABLE for cost in counted)
            if right < _CONVINCING * len(counted):
                settled[start:end] = [Encoding.UNICODE] * (end - start)
        start = end
    return settled


def _tells(word: str) -> bool:
    """Whether the word speaks for or against an encoding; an abbreviation (QĐ) does not."""
    costs = _costs(word)
    if not any(len(core) > 1 for core in _cores(word)):
        return False
    return any(costs) and (min(costs) < _NO_SYLLABLE or case_of(word) == "lower")


@lru_cache(maxsize=1 << 14)
def _costs(run: str) -> tuple[float, float, float]:
    """How unlikely each encoding makes a run; all 0 where it tells nothing."""
    cores = _cores(run) if len(run) <= _LONGEST_RUN else []
    if not cores:
        return 0.0, 0.0, 0.0
    with_horns = _cores(_with_horns(run))
    return (
        sum(map(_unicode_cost, cores)) / len(cores),
        sum(_legacy_cost(core, Encoding.TCVN3) for core in with_horns) / len(with_horns),
        sum(_legacy_cost(core, Encoding.VNI) for core in cores) / len(cores),
    )


def _cores(run: str) -> list[str]:
    """The parts of a run between its plain signs that an encoding may change, lone signs apart."""
    return [core for core in _ASCII_EDGES.findall(run) if not (core.isascii() or _is_sign(core))]


def _is_sign(core: str) -> bool:
    # Two signs may be a word (®·, đã); a single one is a bullet or a quotation mark.
    return len(core) == 1 and not core.isalpha()


def _wrong(core: str) -> float:
    return _NO_SYLLABLE if len(core) > 1 else _LONE_LETTER


def _unicode_cost(core: str) -> float:
    # A sign may stand at the edge of a word (a quotation mark, a bullet), not inside it.
    words = _LETTERS.findall(unicodedata.normalize("NFC", core))
    return 0.0 if len(words) == 1 and is_syllable(words[0]) else _wrong(core)


def _legacy_cost(core: str, encoding: Encoding) -> float:
    if not is_syllable(_DECODERS[encoding](core)):
        return _wrong(core)
    untypable = [letter for letter in _CODES[encoding].sub("", core) if not letter.isascii()]
    if not untypable:
        return 0.0
    if all(letter in "ưƯ" for letter in untypable):
        return _HORN
    return _UNTYPABLE


def _lines(text: str, runs: Sequence[Run]) -> Iterator[list[Run]]:
    line: list[Run] = []
    for run in runs:
        if line and "\n" in text[line[-1].end : run.start]:
            yield line
            line = []
        line.append(run)
    if line:
        yield line


def _repair_line(
    text: str, line: Sequence[Run], encodings: dict[int, Encoding]
) -> Iterator[tuple[int, Repair]]:
    typed = [text[run.start : run.end] for run in line]
    typed_in = _filled([encodings.get(run.start) for run in line])
    if not any(typed_in):
        return
    words: list[str] = []
    ends_line: list[bool] = []
    for run, word, encoding in zip(line, typed, typed_in, strict=True):
        read, complete = word, False
        if encoding is Encoding.VNI:
            read = _read(word, Encoding.VNI)
        elif encoding is Encoding.TCVN3:
            before_hyphen = text[run.end : run.end + 1] in _LINE_END_HYPHENS
            read, complete = _read_tcvn3(word, at_line_end=before_hyphen)
            if words and _LONE_WORD.fullmatch(word) and not (word[0] == "«" and "»" in typed):
                read = _LONE[word[0]] + word[1:]
        words.append(read)
        ends_line.append(complete)
    if Encoding.TCVN3 in typed_in:
        capitals = recapitalise(typed, words)
        words = [
            capital if encoding is Encoding.TCVN3 else word
            for capital, word, encoding in zip(capitals, words, typed_in, strict=True)
        ]
    for run, word, before, complete in zip(line, words, typed, ends_line, strict=True):
        if word != before or complete:
            yield run.start, Repair(word, complete)


def _filled(known: Sequence[Encoding | None]) -> list[Encoding]:
    """The encodings of a line; a word in plain letters has its predecessor's, or the first.

    Plain letters read the same everywhere, but a hyphen among them may be the letter ư.
    """
    last = next((encoding for encoding in known if encoding is not None), Encoding.UNICODE)
    filled: list[Encoding] = []
    for encoding in known:
        last = last if encoding is None else encoding
        filled.append(last)
    return filled


def _read(word: str, encoding: Encoding) -> str:
    """The word in this encoding, unless only Unicode makes it a syllable or it is but a sign."""
    decode = _DECODERS[encoding]
    return _ASCII_EDGES.sub(lambda found: _read_core(found.group(), decode(found.group())), word)


def _read_core(core: str, read: str) -> str:
    if read == core or _is_sign(core):
        return core
    if not is_syllable(read) and _unicode_cost(core) == 0.0:
        return core
    return read


def _read_tcvn3(word: str, *, at_line_end: bool) -> tuple[str, bool]:
    if at_line_end and is_syllable(_ASCII_EDGES.sub(_decoded, word) + "ư"):
        return _read(word, Encoding.TCVN3) + "ư", True
    return _read(_with_horns(word), Encoding.TCVN3), False


def _decoded(found: re.Match[str]) -> str:
    return decode_tcvn3(found.group())


def _with_horns(word: str) -> str:
    # The code of ư is the soft hyphen's, and many programs write that as a hyphen.
    if "-" not in word or len(word) > _LONGEST_RUN:
        return word
    return _HYPHENATED.sub(_with_horn, word.replace("\xad", "-"))


def _with_horn(found: re.Match[str]) -> str:
    typed = found.group()
    joined = typed.replace("-", "\xad")
    return joined if len(typed) > 1 and is_syllable(decode_tcvn3(joined)) else typed
