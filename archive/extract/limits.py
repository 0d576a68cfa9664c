"""Every limit of intake in one place. `docs/reference/limits.md` explains them to operators."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

MIB = 1024 * 1024

GREATEST_FACTOR = 8
"""A curator may raise a limit for one file so many times, and no further."""

RAISED_FIELDS: Mapping[str, tuple[str, ...]] = {
    "memory": ("memory_bytes", "image_memory_bytes"),
    "cpu_seconds": ("cpu_seconds", "cpu_seconds_per_page", "ocr_cpu_seconds_per_page"),
    "wall_seconds": ("wall_factor",),
    "output_bytes": ("page_text_bytes", "file_text_bytes", "message_bytes"),
    "pages": ("pages",),
    "pixels": ("pixels",),
    "unzipped_bytes": ("unzipped_bytes",),
    "zip_members": ("zip_members",),
}
"""The fields behind each limit that a LimitReachedError names."""


@dataclass(frozen=True)
class Limits:
    """What one file may cost. The defaults are measured; a test may scale them down."""

    file_bytes: int = 2048 * MIB
    """Size of an uploaded file."""
    plain_text_bytes: int = 50_000_000
    """Size of a TXT file: it is read whole."""
    unzipped_bytes: int = 100_000_000
    """Size of a DOCX when unpacked, as its central directory declares it."""
    zip_members: int = 5_000
    """Number of members of a DOCX."""
    pages: int = 2_000
    """Pages (or TIFF frames) of one file."""
    pixels: int = 89_000_000
    """Width times height of a PNG, TIFF or WebP; a larger JPEG is decoded at reduced size."""
    side_px: int = 4_000
    """Longer side of a page image."""
    page_text_bytes: int = 2_000_000
    """UTF-8 text of one page."""
    file_text_bytes: int = 100_000_000
    """UTF-8 text of all pages together."""
    message_bytes: int = 32_000_000
    """One message of the child: a page's text with its words, or one page image."""
    memory_bytes: int = 512 * MIB
    """Address space of the child for PDF, DOCX, DOC and TXT."""
    image_memory_bytes: int = 1024 * MIB
    """Address space of the child for images."""
    check_cpu_seconds: float = 5.0
    """Processor time of the quick check before a deposit is accepted."""
    look_cpu_seconds: float = 2.0
    """Processor time for looking for marks of secrecy in the same check; what is left is looked at
    when the pages are read."""
    cpu_seconds: float = 20.0
    """Processor time of a reading or drawing child, apart from its pages."""
    cpu_seconds_per_page: float = 0.2
    """Processor time added for each page that is asked for."""
    ocr_cpu_seconds_per_page: float = 15.0
    """Processor time in which one page must be recognised."""
    structure_cpu_seconds: float = 3.0
    """Processor time for title, outline and attachments, after the text is safely delivered."""
    wall_factor: float = 4.0
    """Waiting time allowed, as a multiple of the processor time."""
    page_characters: int = 3_000
    """Length of a page of a TXT, DOC or DOCX that does not say where its pages end."""

    def raised(self, factors: Mapping[str, int] | None) -> Limits:
        """These limits with some of them multiplied: by the names of `RAISED_FIELDS`, as a
        LimitReachedError gives them. Unknown names raise nothing."""
        values: dict[str, Any] = {}
        for limit, factor in (factors or {}).items():
            for name in RAISED_FIELDS.get(limit, ()):
                values[name] = getattr(self, name) * min(max(factor, 1), GREATEST_FACTOR)
        return replace(self, **values)

    def cpu_budget(self, page_count: int) -> int:
        """Whole seconds of processor time for so many pages: the kernel counts in whole seconds."""
        pages = min(max(page_count, 0), self.pages)
        return max(1, math.ceil(self.cpu_seconds + self.cpu_seconds_per_page * pages))


def limits_of(values: Mapping[str, float]) -> Limits:
    """The limits with the fields that an operator set; whole numbers stay whole."""
    whole = {field.name for field in fields(Limits) if field.type == "int"}
    given: dict[str, Any] = {
        name: int(value) if name in whole else value for name, value in values.items()
    }
    return Limits(**given)
