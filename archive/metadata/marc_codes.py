"""The coded parts of a MARC 21 record: leader, control fields, languages, relators.

Positions are those of the MARC 21 Format for Bibliographic Data (Library of Congress). A coded
element that the record does not answer is filled with `|` (no attempt to code) or its own
"unknown"; nothing is guessed.
"""

from __future__ import annotations

from datetime import datetime

from archive.core.dates import VIETNAM
from archive.metadata.description import Description

# Leader/06 by kind; what is not here is text.
_TYPES = {"song_book": "c", "map": "e", "poster": "k", "exhibition": "k"}

# MARC's own list has no code for these languages but a code for their group.
_MARC_LANGUAGES = {
    "vi": "vie",
    "en": "eng",
    "zh": "chi",
    "fr": "fre",
    "lo": "lao",
    "hmn": "hmn",
    "tyz": "tai",
    "nut": "tai",
    "ium": "mis",
}
_ISO_LANGUAGES = {"vi": "vie", "en": "eng", "zh": "zho", "fr": "fra", "lo": "lao"}
_ISO_ONLY = frozenset({"tyz", "nut", "ium"})

# Relator codes of the MARC list. `director` (who directed the contents) and
# `reviser` have none of their own.
RELATORS = {
    "author": "aut",
    "editor": "edt",
    "compiler": "com",
    "sponsor": "spn",
    "issuer": "isb",
    "translator": "trl",
    "adviser": "csl",
    "photographer": "pht",
    "illustrator": "ill",
    "designer": "bkd",
    "composer": "cmp",
    "lyricist": "lyr",
    "collector": "col",
}

CONTENT = {
    "a": ("text", "txt"),
    "c": ("notated music", "ntm"),
    "e": ("cartographic image", "cri"),
    "k": ("still image", "sti"),
}
SHEETS = frozenset({"poster", "map", "leaflet", "exhibition"})


def record_type(description: Description) -> str:
    """Leader/06: `a` text, `c` notated music, `e` map, `k` two-dimensional picture."""
    return _TYPES.get(description.kind, "a")


def leader(description: Description) -> str:
    """The 24 characters; lengths are filled in where the record becomes ISO 2709.

    A monograph (each issue of a bulletin is a record of its own), in UTF-8, of minimal level,
    with ISBD punctuation.
    """
    return f"00000n{record_type(description)}m a22000007i 4500"


def field_005(description: Description) -> str:
    """When the record was changed last, in Vietnamese time."""
    return f"{description.changed_at.astimezone(VIETNAM):%Y%m%d%H%M%S}.0"


def field_006(description: Description) -> str:
    """What makes the record that of an electronic resource too: a document, online."""
    return f"m    {_audience(description)}o  d |      "


def field_007() -> str:
    """Electronic, remote; the rest not coded."""
    return "cr unu|||uuuuu"


def field_008(description: Description) -> str:
    """The 40 characters: entered, date with its precision, place, audience, language."""
    entered = f"{description.added_at.astimezone(VIETNAM):%y%m%d}"
    ending = f"{main_language(description)} d"
    return f"{entered}{_dates(description)}vm {_middle(description)}{ending}"


def _dates(description: Description) -> str:
    issued = description.issued
    if issued is None:
        return "nuuuuuuuu"
    if issued.month:
        day = f"{issued.day:02}" if issued.day else "  "
        return f"e{issued.year:04}{issued.month:02}{day}"
    return f"s{issued.year:04}    "


def _audience(description: Description) -> str:
    """`j`, juvenile, for what is made for school grades; of all others nothing is coded."""
    return "j" if description.grades else " "


def _middle(description: Description) -> str:
    """Positions 18–34, whose meaning hangs on the type of record."""
    match record_type(description):
        case "c":
            # 18-19 songs, 20-21 format and parts, 22 audience, 23 printed, 24-29 what accompanies
            # it, 30-31 no literary text for sound, 33 transposition: not coded.
            return f"sg||{_audience(description)} ||||||   | "
        case "e":
            # 18-21 relief, 22-23 projection, 25 single map, 28 government, 31 index, 33-34 format.
            return "|||||| a  |  | ||"
        case "k":
            # 18-20 running time: not applicable; 28 government, 33 graphic, 34 no technique.
            return f"nnn {_audience(description)}     |    kn"
        case _:
            # 18-21 illustrations, 23 printed, 24-27 contents, 28-31 and 33-34 not coded.
            return f"||||{_audience(description)} |||||||| ||"


def main_language(description: Description) -> str:
    """008/35-37: the first language in MARC's list, `und` where none is known."""
    first = next(iter(description.languages), "")
    return _MARC_LANGUAGES.get(first, "und")


def languages(description: Description) -> tuple[list[str], str]:
    """The codes for 041 with their source: "" for MARC's list, `iso639-3` where that list would
    lose which language it is. What is no known code is left out."""
    known = [code for code in description.languages if code in _MARC_LANGUAGES]
    if _ISO_ONLY.intersection(known):
        return [_ISO_LANGUAGES.get(code, code) for code in known], "iso639-3"
    return [_MARC_LANGUAGES[code] for code in known], ""


def moment(when: datetime) -> str:
    """ISO 8601 with +07:00."""
    return when.astimezone(VIETNAM).isoformat(timespec="seconds")
