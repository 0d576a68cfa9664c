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
from archive.web.publications.acts import receipt_words, sent_words
from archive.web.publications.base import blueprint, find_publication
from archive.web.publications.page import same_bytes_words, tends

__all__ = [
    "acts",
    "blueprint",
    "contents",
    "copies",
    "find_publication",
    "inside",
    "receipt_words",
    "reviewing",
    "same_bytes_words",
    "sent_words",
    "sharing",
    "single_pages",
    "tends",
    "versions",
]
