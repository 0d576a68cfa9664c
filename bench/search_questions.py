"""What `bench.search` asks: a fixed list over the generated corpus, in a form every engine can put.

The archive's own index gets what a reader would type; the peers get the same taken apart, since
each of them writes its operators in another way.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import NamedTuple

from archive.core.text import fold, is_marked, words
from archive.search.entries import WorkEntry
from bench.search_corpus import FUNCTION_WORDS, lexicon, misspelt, without_marks

TITLE_PREFIX = "nhan_de:"
WARM_UP = "truyền đơn"
"""What a process is asked when it has opened its index, before anything is measured."""

_PIECE = re.compile(rf'(-)?({TITLE_PREFIX})?("[^"]*"|\S+)')
_WORD = re.compile(r"\w+")


class Part(NamedTuple):
    """Words side by side (most often one), on the page or in its work's title."""

    words: tuple[str, ...]
    in_title: bool = False

    @property
    def field(self) -> str:
        """The peers' field to look in: a word typed without marks stands for all that are it once
        theirs are taken away ("cao" for "cáo"). Where only some words of a phrase have marks, no
        field is quite right, and the one with marks is asked."""
        name = "title" if self.in_title else "text"
        return name if any(map(is_marked, self.words)) else f"{name}_folded"

    @property
    def is_mixed(self) -> bool:
        return len(set(map(is_marked, self.words))) > 1


@dataclass(frozen=True)
class Question:
    """`typed` is what a reader types. Every group of `must` has to be there, by any of its parts,
    and no part of `must_not`. Without `marks` all words are bare."""

    typed: str
    marks: bool
    must: tuple[tuple[Part, ...], ...]
    must_not: tuple[Part, ...] = ()

    @property
    def is_alike_for_all(self) -> bool:
        """Whether all engines look for the same: ours asks longer questions less strictly."""
        parts = [part for group in self.must for part in group]
        return sum(len(part.words) for part in parts) <= 3 and not any(
            part.is_mixed for part in (*parts, *self.must_not)
        )


def read(typed: str, *, marks: bool) -> Question:
    """The question in parts. Knows what the lists below use: quotes, minus, OR, the title."""
    groups: list[tuple[Part, ...]] = []
    refused: list[Part] = []
    joins = False
    for minus, prefix, piece in _PIECE.findall(typed):
        if piece == "OR":
            joins = True
            continue
        found = tuple(words(piece) if marks else map(fold, words(piece)))
        part = Part(found, bool(prefix))
        if minus:
            refused.append(part)
        elif joins:
            groups[-1] += (part,)
        else:
            groups.append((part,))
        joins = False
    return Question(typed, marks, tuple(groups), tuple(refused))


def bare(typed: str) -> str:
    """The question as it is typed by those who type no marks; its operators stay."""
    return _WORD.sub(lambda found: found[0] if found[0] == "OR" else fold(found[0]), typed)


def questions(*, every: int = 1) -> list[Question]:
    """The fixed list, each question with marks and then without; or `every` so many-th of it."""
    asked = [*_frequent(), *_middling(), *_rare(), *_operators()][::every]
    return [
        question
        for typed in asked
        for question in (read(typed, marks=True), read(bare(typed), marks=False))
    ]


class _Ranked:
    """The word at a rank, or the next that holds no function word: those weigh nothing with us."""

    def __getitem__(self, rank: int) -> str:
        passed_over = {*FUNCTION_WORDS, *map(fold, FUNCTION_WORDS), "ở", "o"}
        return next(
            word for word in lexicon().ranked[rank:] if passed_over.isdisjoint(word.split())
        )


def _frequent() -> list[str]:
    return [
        *("Cao Bằng", "cách mạng", "Bác Hồ", "nhân dân", "kháng chiến", "lịch sử"),
        *("Cao Bằng cách mạng", "Bác Hồ Cao Bằng", "cách mạng Bác Hồ", "Bác Hồ kháng chiến"),
        *("Cao Bằng cách mạng nhân dân", "Cao Bằng cách mạng Bác Hồ", "dân tộc Cao Bằng"),
        *("Bác Hồ lịch sử truyền thống", "biên giới Cao Bằng", "cách mạng dân tộc giải phóng"),
    ]


def _middling() -> list[str]:
    ranked = _Ranked()
    return [
        *("hợp tác xã", "thổ cẩm", "chợ phiên", "thác nước", "đàn tính", "khoáng sản"),
        *(f"Cao Bằng {ranked[rank]}" for rank in (250, 400, 700)),
        *(f"cách mạng {ranked[rank]}" for rank in (300, 900)),
        *(ranked[rank] for rank in (350, 600, 1_200, 1_800)),
        f"{ranked[500]} {ranked[800]}",
    ]


def _rare() -> list[str]:
    ranked, people, places = _Ranked(), lexicon().people, lexicon().places
    return [
        *(ranked[rank] for rank in (6_000, 15_000, 30_000)),
        *(f"Bác Hồ {ranked[rank]}" for rank in (5_000, 20_000)),
        *(people[number] for number in (0, 40, 900)),
        *(places[number] for number in (1, 60)),
        *("1.250", "Cao Bằng 1941", "22 12 1944"),
    ]


def _operators() -> list[str]:
    ranked = _Ranked()
    return [
        *('"Cao Bằng"', '"cách mạng"', '"Bác Hồ"', '"nhân dân" "Cao Bằng"', '"lịch sử" Bác Hồ'),
        *(f'"{ranked[260]}"', f'"{ranked[3_000]}"', '"hợp tác xã"'),
        *('"Cao Bằng" OR "Bác Hồ"', "cách OR mạng", "thác OR suối", '"hát then" OR "đàn tính"'),
        *("cách mạng -hồ", "Cao Bằng -mạng", '"Bác Hồ" -kháng'),
        *("nhan_de:hang Cao Bằng", "nhan_de:chiến mạng", "nhan_de:lễ hồ"),
    ]


def cold_questions() -> list[Question]:
    """Questions that share no word, half of them bare: what a process meets for the first time.
    None of them shares one with `WARM_UP`."""
    ranked, people = _Ranked(), lexicon().people
    ranks = (*range(70, 200, 10), *range(250, 2_000, 125), *range(3_000, 36_000, 2_200))
    candidates = ["Cao Bằng", "cách mạng", "Bác Hồ", "nhân dân", "kháng chiến"]
    candidates += [ranked[rank] for rank in ranks]
    candidates += [people[number].split()[-1] for number in range(3, 200, 14)]
    asked: list[Question] = []
    met = set(without_marks(WARM_UP).split())
    for typed in candidates:
        bare_words = set(without_marks(typed).split())
        if met.isdisjoint(bare_words):
            met |= bare_words
            marks = len(asked) % 2 == 0
            asked.append(read(typed if marks else bare(typed), marks=marks))
    return asked


def sentences(entries: list[WorkEntry], count: int) -> list[str]:
    """Questions of 10 to 14 words out of the pages' own text, each another: every second without
    marks, and half of either kind with a slip of the finger."""
    chance = random.Random(14)
    made: dict[str, None] = {}
    while len(made) < count:
        page = chance.choice(chance.choice(entries).pages)
        run = page.text.replace(".", " ").split()
        size = chance.randint(10, 14)
        if len(run) < size:
            continue
        at = chance.randrange(len(run) - size + 1)
        sentence = " ".join(run[at : at + size]).lower()
        number = len(made)
        if number % 4 in (1, 2):
            sentence = misspelt(chance, sentence)
        made[bare(sentence) if number % 2 else sentence] = None
    return list(made)


def keystrokes(entries: list[WorkEntry], count: int) -> list[str]:
    """What stands in the box after each key, for `count` titles, names and phrases being typed;
    every second without marks."""
    chance = random.Random(41)
    known = lexicon()
    typed: list[str] = []
    for number in range(count):
        one = chance.choice(entries)
        whole = (
            one.title[:40],
            chance.choice(one.people or known.people),
            chance.choice(one.places or known.places),
            f"{chance.choice(known.ranked[:150])} {chance.choice(known.ranked[:2_000])}",
        )[number % 4]
        if number % 2:
            whole = bare(whole)
        typed += [whole[:length] for length in range(1, len(whole) + 1)]
    return typed
