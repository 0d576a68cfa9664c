"""Where the pages of running text begin: at form feeds, else at paragraph ends of even length."""

from __future__ import annotations

from collections.abc import Iterator

# A page may run over its length by this share to end at an empty line rather than at any line.
_PATIENCE = 1.1
# A page that the author ended, and a single line, are left whole up to so many page lengths.
_WHOLE = 4


def paginate(text: str, *, page_characters: int) -> Iterator[str]:
    """The pages of a text, at least one; none has blank lines at its ends.

    A form feed begins a page (one at the very end begins nothing). Text between form feeds is left
    whole unless it is very long; text without any is cut every `page_characters` or a little later,
    at the end of a paragraph.
    """
    stretches = text.split("\f")
    if len(stretches) > 1 and not stretches[-1].strip():
        stretches.pop()
    author_decides = len(stretches) > 1
    for stretch in stretches:
        if author_decides and len(stretch) <= _WHOLE * page_characters:
            yield stretch.strip("\n")
        else:
            yield from _cut(stretch, page_characters)


def _cut(stretch: str, page_characters: int) -> Iterator[str]:
    page: list[str] = []
    length = 0
    yielded = False
    for line in _short_lines(stretch, _WHOLE * page_characters):
        page.append(line)
        length += len(line) + 1
        at_paragraph_end = not line.strip() or length >= _PATIENCE * page_characters
        if length >= page_characters and at_paragraph_end:
            yield "\n".join(page).strip("\n")
            page, length, yielded = [], 0, True
    rest = "\n".join(page).strip("\n")
    if rest or not yielded:
        yield rest


def _short_lines(stretch: str, longest: int) -> Iterator[str]:
    for line in stretch.split("\n"):
        rest = line
        while len(rest) > longest:
            place = rest.rfind(" ", longest // 2, longest)
            place = longest if place < 0 else place
            yield rest[:place]
            rest = rest[place:].lstrip(" ")
        yield rest
