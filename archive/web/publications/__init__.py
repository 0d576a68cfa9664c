"""A publication: what readers open of it, and what curators and depositors do with it."""

from archive.web.publications import acts, contents, inside, versions
from archive.web.publications.base import blueprint
from archive.web.publications.page import same_bytes_words

__all__ = ["acts", "blueprint", "contents", "inside", "same_bytes_words", "versions"]
