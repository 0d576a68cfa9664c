"""The child: opens one file it does not trust, answers one request, ends.

A copy of the fork server calls `answer`; where a process cannot be copied it is started as
`python -m archive.extract.child`, with the request as JSON on standard input. The answers are the
messages of `archive.extract.wire`. Modules are imported first, then the process gives up what it
does not need (`sandbox.enter`), and only then is the file opened.

Processor time: the soft limit begins at the base. When the pages are counted, the child raises it
to base plus pages times the share of a page; the hard limit, which no process can raise, is the
budget of a file with the greatest number of pages allowed. A child that a file took over could
claim the hard limit at most, and the parent's clock, set from the page count it was told and
bounded by the same number, ends it in any case.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import traceback
from collections.abc import Sequence
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from archive.core.errors import ArchiveError, DamagedFileError, LimitReachedError
from archive.extract import sandbox
from archive.extract.documents import Document, Drawn, opener_for
from archive.extract.limits import Limits
from archive.extract.looking import first_marking
from archive.extract.memory import keep_freed_memory
from archive.extract.results import PageText
from archive.extract.wire import encode_marking, encode_page, encode_summary, write_message


def main() -> int:
    """Answer the request on standard input; the exit code."""
    keep_freed_memory()
    request = json.load(sys.stdin.buffer)
    return answer(request, _claim_output())


def answer(request: dict[str, Any], replies: IO[bytes]) -> int:
    """Do what the request asks, shut in, and send the answers; the exit code."""
    logging.disable()  # Readers log every oddity of a damaged file; there is nobody to read it.
    # A recogniser that is not there is the installation's fault: this process then ends unheard.
    engine = _recogniser(request["engine"]) if request["task"] == "recognise" else None
    report = _ErrorReport(replies, memory_bytes=request["memory_bytes"])
    try:
        _answer(request, replies, engine)
    except Exception as error:  # noqa: BLE001 - whatever ends this process is told to the parent
        report(type(error), error, error.__traceback__)
        return 1
    return 0


def _answer(request: dict[str, Any], replies: IO[bytes], engine: Any) -> None:
    probing = request["task"] == "probe"
    opener = None if probing else opener_for(request["kind"])
    isolated = sandbox.enter(
        memory_bytes=request["memory_bytes"],
        cpu_seconds=request["cpu_seconds"],
        cpu_seconds_at_most=request["cpu_seconds_at_most"],
        parent=request["parent"],
        isolated=request.get("isolated", False),
    )
    write_message(replies, {"type": "started", "isolated": isolated})
    if opener is None:
        connected = can_connect(request["host"], request["port"])
        write_message(replies, {"type": "probe", "connected": connected})
        return
    limits = Limits(**request["limits"])
    document = opener(Path(request["path"]), request["kind"], limits)
    if request["task"] == "check":
        write_message(replies, encode_summary(document.summarise()))
        sandbox.allow_cpu_seconds_more(limits.look_cpu_seconds + 1)
        write_message(replies, encode_marking(first_marking(document, limits=limits)))
    elif request["task"] == "read":
        _read(
            document,
            replies,
            limits=limits,
            first_page=request["first_page"],
            words=request["words"],
        )
    elif request["task"] == "describe":
        _describe_file(document, replies, limits=limits)
    elif request["task"] == "recognise":
        _recognise(document, replies, engine, limits=limits, pages=request["pages"])
    elif request["task"] == "peek":
        _peek(document, replies, limits=limits, first=request["first"], last=request["last"])
    elif request["task"] == "pixels":
        _send_pixels(document, replies, number=request["page"], size=request["size"])
    else:
        _draw(
            document,
            replies,
            limits=limits,
            pages=request["pages"],
            widths_px=request["widths_px"],
            words=request["words"],
        )


def can_connect(host: str, port: int) -> bool:
    """Whether a TCP connection to the address can be made from here."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _read(
    document: Document, replies: IO[bytes], *, limits: Limits, first_page: int, words: bool
) -> None:
    remaining = document.page_count - first_page + 1
    sandbox.allow_cpu_seconds(limits.cpu_budget(remaining))
    write_message(replies, {"type": "opened", "pages": document.page_count})
    text_bytes = 0
    for page in document.read_pages(first_page, words=words):
        text_bytes += _bounded_text_bytes(page, limits=limits)
        if text_bytes > limits.file_text_bytes:
            raise LimitReachedError(limit="output_bytes", value=limits.file_text_bytes)
        write_message(replies, *encode_page(page))
    write_message(replies, {"type": "pages_done"})


def _describe_file(document: Document, replies: IO[bytes], *, limits: Limits) -> None:
    write_message(replies, {"type": "opened", "pages": document.page_count})
    # Piece by piece: a file whose structure is a maze may end this process without taking
    # anything back.
    sandbox.allow_cpu_seconds_more(limits.structure_cpu_seconds)
    for part in document.describe():
        write_message(replies, {"type": "info", "part": part})
    write_message(replies, {"type": "info_done"})


def _peek(document: Document, replies: IO[bytes], *, limits: Limits, first: int, last: int) -> None:
    """The first and the last pages without their boxes, then the title, and nothing after it."""
    count = document.page_count
    write_message(replies, {"type": "opened", "pages": count})
    head = islice(document.read_pages(1, words=False), first)
    tail = document.read_pages(max(first, count - last) + 1, words=False)
    for page in chain(head, tail):
        _bounded_text_bytes(page, limits=limits)
        write_message(replies, *encode_page(page))
    write_message(replies, {"type": "pages_done"})
    for part in document.describe():
        if "title" in part:
            write_message(replies, {"type": "info", "part": part})
            break
    write_message(replies, {"type": "info_done"})


def _bounded_text_bytes(page: PageText, *, limits: Limits) -> int:
    size = len(page.text.encode("utf-8", "replace"))
    if size > limits.page_text_bytes:
        raise LimitReachedError(limit="output_bytes", value=limits.page_text_bytes)
    return size


def _draw(
    document: Document,
    replies: IO[bytes],
    *,
    limits: Limits,
    pages: Sequence[int] | None,
    widths_px: Sequence[int],
    words: bool,
) -> None:
    count = document.page_count
    wanted = range(1, count + 1) if pages is None else [n for n in pages if 1 <= n <= count]
    sandbox.allow_cpu_seconds(limits.cpu_budget(len(wanted)))
    write_message(replies, {"type": "opened", "pages": len(wanted)})
    for drawn in document.draw_pages(wanted, widths_px, words=words):
        if isinstance(drawn, PageText):
            write_message(replies, *encode_page(drawn))
            continue
        image = drawn
        head = {
            "type": "image",
            "number": image.number,
            "target": image.target_width_px,
            "width": image.width_px,
            "height": image.height_px,
        }
        write_message(replies, head, image.data)
    write_message(replies, {"type": "images_done"})


def _send_pixels(
    document: Document, replies: IO[bytes], *, number: int, size: Sequence[int]
) -> None:
    image = None
    if isinstance(document, Drawn) and 1 <= number <= document.page_count:
        image = document.pixels(number, (size[0], size[1]))
    if image is None:
        raise DamagedFileError(detail=f"page {number} cannot be drawn")
    write_message(replies, {"type": "pixels"}, image.tobytes())


def _recogniser(data: str) -> Any:
    # Imported here: only this task needs the library, and it may be missing.
    from archive.extract.ocr_page import load_engine

    return load_engine(Path(data))


def _recognise(
    document: Document, replies: IO[bytes], engine: Any, *, limits: Limits, pages: Sequence[int]
) -> None:
    from archive.extract.ocr_page import pictured, recognise_page

    drawn = pictured(document)
    wanted = [number for number in pages if 1 <= number <= document.page_count]
    write_message(replies, {"type": "opened", "pages": len(wanted)})
    for number in wanted:
        sandbox.allow_cpu_seconds_more(limits.ocr_cpu_seconds_per_page)
        page = recognise_page(drawn, number, engine)
        _bounded_text_bytes(page, limits=limits)
        write_message(replies, *encode_page(page))
    write_message(replies, {"type": "pages_done"})


def _claim_output() -> IO[bytes]:
    # The pipe gets a number of its own, so that nothing a library prints ends up among messages.
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return replies


class _ErrorReport:
    """Tells the parent which error ends the child. Readers of damaged files raise nearly anything,
    so what is not an error of ours, or of memory, is called a damaged file with its detail."""

    def __init__(self, replies: IO[bytes], *, memory_bytes: int) -> None:
        self._replies = replies
        self._memory_bytes = memory_bytes

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if isinstance(error, BrokenPipeError):
            return  # The parent has closed its end: nobody listens.
        data: dict[str, Any]
        if isinstance(error, ArchiveError):
            code, data = error.code, error.data
        elif isinstance(error, MemoryError):
            code, data = "limit_reached", {"limit": "memory", "value": self._memory_bytes}
        else:
            code, data = "file_damaged", {"detail": _describe(kind, error, trace)}
        write_message(self._replies, {"type": "error", "code": code, "data": data})


def _describe(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{kind.__name__}: {str(error)[:200]}{place}"


if __name__ == "__main__":
    sys.exit(main())
