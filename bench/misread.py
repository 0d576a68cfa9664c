"""What recognition does to a page: wrong letters, split words, lost words, lost marks."""

from __future__ import annotations

import random

_LETTERS = "abcdeghiklmnopqrstuvxyăâđêôơư"


def misread(text: str, rate: float, chance: random.Random) -> str:
    """`text` with about `rate` (0 to 1) of its words wrong; line ends stay."""
    lines = []
    for line in text.split("\n"):
        words = []
        for word in line.split(" "):
            if word and chance.random() < rate:
                kind = chance.random()
                place = chance.randrange(len(word))
                if kind < 0.5:
                    word = word[:place] + chance.choice(_LETTERS) + word[place + 1 :]
                elif kind < 0.75:
                    word = f"{word[: len(word) // 2]} {word[len(word) // 2 :]}"
                else:
                    continue
            words.append(word)
        lines.append(" ".join(words))
    return "\n".join(lines)
