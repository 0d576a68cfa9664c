"""The cover of a publication that has no picture: drawn from its title, unit, year and kind.

The measures are those of the drawing, 240 wide and 340 high. What is drawn depends on nothing but
the record, so a publication keeps its cover, and looks the same in every list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zlib import crc32

from archive.web.title_lines import TypeFace, set_text

WIDTH, HEIGHT = 240, 340
LEFT, RIGHT = 28, 222

PALETTES: Final = ("cham", "son", "ruong", "suoi", "nep", "nghe", "da", "do")
"""Each is a class `cover--<name>` of the style sheet: the indigo of the cloth, lacquer, fields,
water, purple rice, turmeric, stone and dó paper."""

MOTIFS: Final = ("karst", "terraces", "waterfall", "brocade", "weave")
"""What stands in the lower third: limestone peaks, terraced fields, a waterfall, and two patterns
of the loom."""

_LOOKS: Final[Mapping[str, tuple[Sequence[str], Sequence[str]]]] = {
    "book": (("cham", "son"), ("karst", "terraces", "brocade")),
    "booklet": (("suoi", "ruong"), ("terraces", "karst", "waterfall")),
    "leaflet": (("ruong", "do"), ("terraces", "waterfall")),
    "poster": (("son", "nghe"), ("karst", "waterfall")),
    "bulletin": (("do", "cham"), ("weave", "brocade")),
    "magazine": (("nep", "suoi"), ("brocade", "waterfall")),
    "picture_book": (("nghe", "ruong"), ("karst", "terraces")),
    "song_book": (("nep", "son"), ("weave", "brocade")),
    "map": (("ruong", "suoi"), ("karst", "terraces")),
    "calendar": (("nghe", "do"), ("weave", "brocade")),
    "exhibition": (("suoi", "nep"), ("brocade", "karst")),
    "other": (("da", "do"), ("terraces", "weave")),
}

# The advance widths of the two typefaces that the archive serves, as their files have them.
_SERIF: Final = TypeFace.of(
    """
    !331 "417 (347 )347 *450 +582 ,327 -345 .330 /463 0601 1412 2526 3552 4582 5529 6566
    7529 8574 9555 :330 ;327 ?550 –500 —1000 “529 ”529 …906 &825 A746 B678 C705 D773
    E652 F629 G761 H840 I414 J568 K772 L643 M993 N835 O770 P633 Q776 R736 S607 T742 U795
    V749 W1100 X736 Y732 Z674 a562 b632 c525 d640 e547 f411 g586 h678 i352 j326 k646
    l351 m986 n681 o609 p643 q625 r514 s479 t424 u659 v609 w883 x588 y596 z514 Đ773 đ640
    Ơ854 ơ662 Ư881 ư740
    """,
    space=200,
    usual=760,
)
_SANS: Final = TypeFace.of(
    """
    !280 "318 (439 )439 *497 +608 ,303 -608 .286 /503 0676 1385 2651 3660 4710 5660 6680
    7594 8634 9680 :286 ;303 ?573 –682 —868 “370 ”407 …726 &740 A736 B674 C775 D728 E620
    F633 G783 H709 I258 J465 K679 L624 M853 N732 O826 P644 Q822 R668 S635 T650 U725 V706
    W1005 X720 Y665 Z660 a653 b652 c613 d652 e599 f386 g643 h583 i264 j274 k555 l255
    m893 n573 o652 p652 q652 r392 s508 t428 u566 v576 w870 x559 y583 z502 Đ788 đ662 Ơ826
    ơ652 Ư745 ư583
    """,
    space=230,
    usual=760,
)
# What the measured widths may be off by, in browsers and where another typeface stands in.
_SPARE: Final = 0.96

TITLE_SIZES: Final = ((33, 2), (30, 3), (27, 4), (24, 4), (22, 5))
UNIT_SIZE, UNIT_LINES = 13.5, 2
TITLE_LEADING, UNIT_LEADING = 1.36, 1.4
_TOP, _GAP = 34.0, 16.0


@dataclass(frozen=True)
class SetLine:
    """A line of text with the place where it stands: `y` is its baseline."""

    text: str
    y: float


@dataclass(frozen=True)
class DrawnCover:
    """Everything that the template draws. `shift` moves the picture sideways (0–240 to the left),
    `sun_x` is where its sun stands."""

    palette: str
    motif: str
    shift: int
    sun_x: int
    unit: Sequence[SetLine]
    title: Sequence[SetLine]
    title_size: float
    kind_label: str
    year: str


@lru_cache(maxsize=1 << 11)
def draw_cover(
    *, seed: str, title: str, unit: str, year: int | None, kind: str, kind_label: str
) -> DrawnCover:
    """The cover of a record; `seed` is what tells it from others of its kind (its identifier)."""
    palettes, motifs = _LOOKS.get(kind, _LOOKS["other"])
    chance = crc32((seed or title).encode())
    width = (RIGHT - LEFT) * _SPARE
    above = set_text(unit, _SANS, width=width, sizes=((UNIT_SIZE, UNIT_LINES),))
    main = set_text(title, _SERIF, width=width, sizes=TITLE_SIZES)
    lines = [
        SetLine(text, round(_TOP + number * UNIT_SIZE * UNIT_LEADING, 1))
        for number, text in enumerate(above.lines)
    ]
    first = (lines[-1].y + _GAP if lines else _TOP - UNIT_SIZE) + main.size * 1.02
    return DrawnCover(
        palette=palettes[chance % len(palettes)],
        motif=motifs[(chance >> 4) % len(motifs)],
        shift=(chance >> 8) % 13 * 20,
        sun_x=(60, 118, 176)[(chance >> 16) % 3],
        unit=lines,
        title=[
            SetLine(text, round(first + number * main.size * TITLE_LEADING, 1))
            for number, text in enumerate(main.lines)
        ],
        title_size=main.size,
        kind_label=kind_label,
        year=str(year or ""),
    )
