"""The messages between a child and its parent: a JSON object and, after it, raw bytes.

The parent trusts nothing that comes through here: a parser taken over by a hostile file could send
anything. Every value is bounded and converted, and whatever does not fit is a ProtocolError.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from array import array
from collections.abc import Sequence
from typing import IO, Any

from archive.core.secrecy import LEVELS, LINE_LENGTH
from archive.extract.results import (
    DocumentInfo,
    FileSummary,
    OutlineEntry,
    PageImage,
    PageMarking,
    PageText,
    Word,
)

_HEADER = struct.Struct(">II")
_WORD_NUMBERS = 4
TITLE_CHARACTERS = 1_000
LABEL_CHARACTERS = 50
OUTLINE_ENTRIES = 10_000
# A page's text is bounded in bytes (`Limits.page_text_bytes`); before repair it has more letters.
BEFORE_CHARACTERS = 4_000_000

Message = tuple[dict[str, Any], bytes]


class ProtocolError(Exception):
    """The child sent something that is no message."""


class MessageTooLongError(ProtocolError):
    """The child announced a message above the limit; it was not read."""


def write_message(stream: IO[bytes], head: dict[str, Any], body: bytes = b"") -> None:
    """Send one message; returns when the reader's end took it."""
    encoded = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    stream.write(_HEADER.pack(len(encoded), len(body)))
    stream.write(encoded)
    stream.write(body)
    stream.flush()


def read_message(stream: IO[bytes], *, limit_bytes: int) -> Message | None:
    """The next message, or None where the stream ended, even in the middle of one."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    head_bytes, body_bytes = _HEADER.unpack(header)
    if head_bytes + body_bytes > limit_bytes:
        raise MessageTooLongError
    payload = stream.read(head_bytes + body_bytes)
    if len(payload) < head_bytes + body_bytes:
        return None
    try:
        head = json.loads(payload[:head_bytes])
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not JSON: {error}") from error
    if not isinstance(head, dict) or not isinstance(head.get("type"), str):
        raise ProtocolError("not an object with a type")
    return head, payload[head_bytes:]


def encode_page(page: PageText) -> Message:
    """A page as a message: its text and its words travel as they are, as JSON they would cost ten
    times as much."""
    text = page.text.encode("utf-8", "replace")
    places = array("I", [n for word in page.words for n in word[:2]])
    boxes = array("f", [n for word in page.words for n in word[2:]])
    if sys.byteorder == "big":
        places.byteswap()
        boxes.byteswap()
    head = {
        "type": "page",
        "number": page.number,
        "label": page.label,
        "text": len(text),
        "width": page.width_px,
        "height": page.height_px,
        "source": page.text_source,
        "problem": page.problem,
        "score": page.text_score,
        "before": page.text_before,
        "needs_ocr": page.needs_ocr,
        "words": len(page.words),
    }
    return head, b"".join((text, places.tobytes(), boxes.tobytes()))


def decode_page(message: Message) -> PageText:
    """The page of a message. Raises ProtocolError."""
    head, body = message
    text_bytes = _whole(head, "text")
    if text_bytes > len(body):
        raise ProtocolError("the text does not fill its message")
    try:
        text = body[:text_bytes].decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProtocolError("the text is none") from error
    source = head.get("source")
    if source not in ("embedded", "repaired", "ocr", "none"):
        raise ProtocolError("unknown text source")
    before = None if head.get("before") is None else _text(head, "before", limit=None)
    if before is not None and len(before) > BEFORE_CHARACTERS:
        raise ProtocolError("the text before is too long")
    return PageText(
        number=_whole(head, "number"),
        label=_optional_text(head, "label", limit=LABEL_CHARACTERS),
        text=text,
        width_px=_size(head, "width"),
        height_px=_size(head, "height"),
        words=_decode_words(body[text_bytes:], _whole(head, "words"), text_length=len(text)),
        text_source=source,
        problem="page_damaged" if head.get("problem") else None,
        text_score=_share(head, "score"),
        text_before=before,
        needs_ocr=head.get("needs_ocr") is True,
    )


def _decode_words(body: bytes, count: int, *, text_length: int) -> tuple[Word, ...]:
    places, boxes = array("I"), array("f")
    split_at = 2 * places.itemsize * count
    if len(body) != split_at + 4 * boxes.itemsize * count:
        raise ProtocolError("words do not fill their message")
    places.frombytes(body[:split_at])
    boxes.frombytes(body[split_at:])
    if sys.byteorder == "big":
        places.byteswap()
        boxes.byteswap()
    if not all(0.0 <= edge <= 1.0 for edge in boxes):
        raise ProtocolError("a box leaves its page")
    words: list[Word] = []
    last = 0
    for index in range(count):
        start, end = places[2 * index], places[2 * index + 1]
        if not last <= start < end <= text_length:
            raise ProtocolError("a word leaves its text")
        last = end
        at = _WORD_NUMBERS * index
        words.append(Word(start, end, boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3]))
    return tuple(words)


def decode_image(message: Message) -> PageImage:
    """The page image of a message. Raises ProtocolError."""
    head, body = message
    if body[:4] != b"RIFF" or body[8:12] != b"WEBP":
        raise ProtocolError("not a WebP image")
    return PageImage(
        number=_whole(head, "number"),
        target_width_px=_whole(head, "target"),
        width_px=_whole(head, "width"),
        height_px=_whole(head, "height"),
        data=body,
    )


def encode_summary(summary: FileSummary) -> dict[str, Any]:
    """A summary as the head of a message."""
    return {
        "type": "summary",
        "pages": summary.pages,
        "encrypted": summary.encrypted,
        "width": summary.width_px,
        "height": summary.height_px,
        "repaired": summary.repaired,
    }


def decode_summary(message: Message, *, isolated: bool) -> FileSummary:
    """The summary of a message. Raises ProtocolError."""
    head, _ = message
    return FileSummary(
        pages=_whole(head, "pages"),
        encrypted=bool(head.get("encrypted")),
        width_px=_size(head, "width"),
        height_px=_size(head, "height"),
        repaired=bool(head.get("repaired")),
        isolated=isolated,
    )


def encode_marking(marking: PageMarking | None) -> dict[str, Any]:
    """What looking for a mark of secrecy found, as the head of a message."""
    head: dict[str, Any] = {"type": "looked"}
    if marking is not None:
        head |= {"page": marking.page_number, "level": marking.level, "line": marking.line}
    return head


def decode_marking(message: Message) -> PageMarking | None:
    """The mark of a message, None where there is none. Raises ProtocolError."""
    head, _ = message
    if head["type"] != "looked":
        raise ProtocolError("not what was looked for")
    if "level" not in head:
        return None
    level = head["level"]
    if level not in LEVELS:
        raise ProtocolError("unknown level")
    return PageMarking(
        page_number=_whole(head, "page"),
        level=level,
        line=_text(head, "line", limit=LINE_LENGTH),
    )


def decode_info(
    parts: Sequence[dict[str, Any]],
    *,
    page_count: int,
    complete: bool,
) -> DocumentInfo:
    """What the child's `info` messages tell together. Raises ProtocolError."""
    merged: dict[str, Any] = {}
    for part in parts:
        merged.update(part)
    raw_outline = merged.get("outline")
    entries = raw_outline if isinstance(raw_outline, list) else []
    return DocumentInfo(
        page_count=page_count,
        title=_optional_text(merged, "title", limit=TITLE_CHARACTERS),
        author=_optional_text(merged, "author", limit=TITLE_CHARACTERS),
        outline=tuple(_outline_entry(entry, page_count) for entry in entries[:OUTLINE_ENTRIES]),
        attachments=_whole(merged, "attachments") if "attachments" in merged else 0,
        has_javascript=bool(merged.get("javascript")),
        complete=complete,
    )


def _outline_entry(entry: object, page_count: int) -> OutlineEntry:
    if not isinstance(entry, list) or len(entry) != 3:
        raise ProtocolError("not an outline entry")
    title, number, level = entry
    if not isinstance(title, str) or not isinstance(level, int):
        raise ProtocolError("not an outline entry")
    inside = isinstance(number, int) and 1 <= number <= page_count
    return OutlineEntry(title[:TITLE_CHARACTERS], number if inside else None, max(0, level))


def _whole(head: dict[str, Any], key: str) -> int:
    value = head.get(key)
    if not isinstance(value, int) or not 0 <= value < 1 << 31:
        raise ProtocolError(f"{key} is no count")
    return value


def _size(head: dict[str, Any], key: str) -> float:
    value = head.get(key)
    if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ProtocolError(f"{key} is no size")
    return value


def _share(head: dict[str, Any], key: str) -> float | None:
    value = head.get(key)
    if value is None:
        return None
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ProtocolError(f"{key} is no share")
    return float(value)


def _text(head: dict[str, Any], key: str, *, limit: int | None) -> str:
    value = head.get(key)
    if not isinstance(value, str):
        raise ProtocolError(f"{key} is no text")
    return value[:limit]


def _optional_text(head: dict[str, Any], key: str, *, limit: int) -> str | None:
    return None if head.get(key) is None else (_text(head, key, limit=limit).strip() or None)
