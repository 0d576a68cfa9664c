"""A file becomes pages: what it is, whether it opens, its text, its images, and the text of pages
that are only pictures.

Everything that opens a file runs in a child process with limits (`Limits`) and no network. Names
are loaded when they are first used, because the child imports this package too and starts anew for
every file.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.extract.checking import check as check
    from archive.extract.describing import describe as describe
    from archive.extract.drawing import render as render
    from archive.extract.isolation import isolation_available as isolation_available
    from archive.extract.kinds import FileKind as FileKind
    from archive.extract.limits import Limits as Limits
    from archive.extract.peeking import Peek as Peek
    from archive.extract.peeking import peek as peek
    from archive.extract.reading import Reading as Reading
    from archive.extract.reading import extract as extract
    from archive.extract.recognition import Availability as Availability
    from archive.extract.recognition import recognise as recognise
    from archive.extract.recognition import recognition_available as recognition_available
    from archive.extract.recognition import unpack_data as unpack_data
    from archive.extract.results import DocumentInfo as DocumentInfo
    from archive.extract.results import FileSummary as FileSummary
    from archive.extract.results import OutlineEntry as OutlineEntry
    from archive.extract.results import PageImage as PageImage
    from archive.extract.results import PageText as PageText
    from archive.extract.results import Word as Word
    from archive.extract.sniff import identify as identify

_HOMES = {
    "check": "checking",
    "describe": "describing",
    "render": "drawing",
    "isolation_available": "isolation",
    "FileKind": "kinds",
    "Limits": "limits",
    "Peek": "peeking",
    "peek": "peeking",
    "Reading": "reading",
    "extract": "reading",
    "Availability": "recognition",
    "recognise": "recognition",
    "recognition_available": "recognition",
    "unpack_data": "recognition",
    "DocumentInfo": "results",
    "FileSummary": "results",
    "OutlineEntry": "results",
    "PageImage": "results",
    "PageText": "results",
    "Word": "results",
    "identify": "sniff",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
