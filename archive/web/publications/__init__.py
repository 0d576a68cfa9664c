"""A publication: what readers open of it, and what curators and depositors do with it."""

from archive.web.publications import (
    acts,
    contents,
    copies,
    inside,
    reviewing,
    sharing,
    single_pages,
    versions,
)
from archive.web.publications.base import blueprint, find_publication
from archive.web.publications.page import same_bytes_words, tends

__all__ = [
    "acts",
    "blueprint",
    "contents",
    "copies",
    "find_publication",
    "inside",
    "reviewing",
    "same_bytes_words",
    "sharing",
    "single_pages",
    "tends",
    "versions",
]
