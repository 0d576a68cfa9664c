"""The names of authorities: kinds, what counts as the same name, and how names are put in order."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from archive.core.collation import sort_key
from archive.core.dates import IssueDate, parse_issue_date
from archive.core.language import N_, Words, as_written
from archive.core.text import words

KINDS = Words(
    {
        "theme": N_("Chủ đề"),
        "place": N_("Địa danh"),
        "person": N_("Nhân vật"),
        "body": N_("Tổ chức"),
        "event": N_("Sự kiện"),
        "relic": N_("Di tích"),
        "series": N_("Tùng thư"),
    }
)
"""The kinds of authorities and what pages call them."""

FIELD_KINDS: dict[str, tuple[str, ...]] = {
    "themes": ("theme",),
    "places": ("place",),
    "people": ("person",),
    "creators": ("person", "body"),
    "events": ("event",),
    "relics": ("relic",),
    "series": ("series",),
}
"""The fields of a record whose values are names of authorities, with the kinds they may be of."""

_TYPES = as_written(
    {
        "tỉnh": "tỉnh",
        "thành phố": "thành phố",
        "tp": "thành phố",
        "thị xã": "thị xã",
        "tx": "thị xã",
        "huyện": "huyện",
        "quận": "quận",
        "xã": "xã",
        "phường": "phường",
        "thị trấn": "thị trấn",
        "tt": "thị trấn",
    }
)
COMMUNE_TYPES = as_written(("xã", "phường", "thị trấn", "đặc khu"))
"""The types of places that are the lowest level of government."""
KEY_LENGTH = 300


@lru_cache(maxsize=1 << 14)
def name_key(name: str) -> str:
    """What two spellings of one name have in common: Unicode form, capitals, signs, blanks, the
    place of a tone (Hoà, Hòa) and i for y (Lý, Lí). Marks and đ count: Hòa is not Hoa."""
    return " ".join(words(name))[:KEY_LENGTH].strip()


class PlaceName(NamedTuple):
    """A place as somebody wrote it: `key` of its bare name, `whole` with the word before it that
    may say of what `type` it is ("" where none does), and the keys of what it lies `within`."""

    key: str
    whole: str
    type: str
    within: tuple[str, ...]


def read_place(name: str) -> PlaceName:
    """`xã Quang Trung, huyện Hòa An` → quang trung, xã, (hòa an)."""
    first, *others = name.split(",")
    whole = name_key(first)
    kind, key = _without_type(whole)
    within = tuple(_without_type(name_key(other))[1] for other in others if name_key(other))
    return PlaceName(key=key, whole=whole, type=kind, within=within)


def _without_type(key: str) -> tuple[str, str]:
    for word, kind in _TYPES.items():
        bare = key.removeprefix(f"{name_key(word)} ")
        if bare != key:
            return kind, bare
    return "", key


def name_sort(kind: str, name: str) -> str:
    """The key by which lists order names: people by given name, the rest as they stand."""
    if kind == "person":
        *before, given = name.split() or [""]
        name = " ".join((given, *before))
    return sort_key(name)[:2000]


def read_validity(text: str) -> str:
    """A day, month or year as it is stored, "" for none; ValueError for anything else."""
    return str(parse_issue_date(text)) if text.strip() else ""


def exists_on(valid_from: str, on: IssueDate | None) -> bool:
    """Whether what exists from `valid_from` ("" where unknown) may have existed on a date that may
    be known to the year or month only."""
    if not valid_from or on is None:
        return True
    return _cut(valid_from, on) <= str(on)[: len(valid_from)]


def lasts_until(valid_to: str, on: IssueDate | None) -> bool:
    """Whether what exists until `valid_to` ("" where it still does) may have existed on a date."""
    if not valid_to or on is None:
        return True
    return _cut(valid_to, on) >= str(on)[: len(valid_to)]


def _cut(day: str, on: IssueDate) -> str:
    """The day with no more precision than the date it is compared with."""
    return day[: len(str(on))]
