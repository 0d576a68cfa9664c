"""How to name a publication in a text."""

from __future__ import annotations

from archive.core.language import _
from archive.core.vocabulary import CREATOR_ROLES
from archive.metadata.description import DEMO_NOTE, Creator, Description, one_line

_AUTHORS = frozenset({"", "author"})
_MOST_NAMES = 3


def cite(description: Description) -> str:
    """`Tác giả (năm). Nhan đề: phụ đề. Lần xuất bản. Tùng thư, tập. Nơi: nhà xuất bản.`, in the
    language of the moment as far as the words are ours.

    Authors first, else editors, else whoever had a part, else the unit; more than three names are
    cut to the first. The unit stands for a publisher that nobody knows, unless it is the author. An
    unknown year is "k.n." (không rõ năm). A demo record says that it is one.
    """
    year = str(description.issued.year) if description.issued else _("k.n.")
    parts = [
        f"{_who(description)} ({year})",
        description.full_title,
        one_line(description.edition),
        ", ".join(filter(None, (one_line(description.series), one_line(description.volume)))),
        ": ".join(
            filter(None, (one_line(description.publisher_place), description.brought_out_by))
        ),
        _(DEMO_NOTE) if description.is_demo else "",
    ]
    return " ".join(_ended(part) for part in parts if part)


def _who(description: Description) -> str:
    named = authors(description) or editors(description) or list(description.creators)
    names = [one_line(creator.name) for creator in named]
    if not names:
        return one_line(description.unit_name)
    shown = ", ".join(names)
    if len(names) > _MOST_NAMES:
        shown = _("{name} và các tác giả khác").format(name=names[0])
    role = named[0].role
    if role in _AUTHORS or role not in CREATOR_ROLES:
        return shown
    return f"{shown} ({CREATOR_ROLES[role]})"


def authors(description: Description) -> list[Creator]:
    """Those who wrote it, as far as the record says."""
    return [creator for creator in description.creators if creator.role in _AUTHORS]


def editors(description: Description) -> list[Creator]:
    """Those who edited or compiled it."""
    return [creator for creator in description.creators if creator.role in ("editor", "compiler")]


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."
