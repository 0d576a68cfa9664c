"""What a child says is checked word by word: a hostile file may be speaking through it."""

from __future__ import annotations

import io
import json
import struct

import pytest

from archive.extract.results import PageText, Word
from archive.extract.wire import (
    MessageTooLongError,
    ProtocolError,
    decode_image,
    decode_info,
    decode_page,
    encode_page,
    read_message,
    write_message,
)

PAGE = PageText(
    number=2,
    label="ii",
    text="Cao Bằng",
    width_px=595.5,
    height_px=842,
    words=(Word(0, 3, 0.25, 0.5, 0.5, 0.75), Word(4, 8, 0.5, 0.5, 0.75, 0.75)),
    text_source="repaired",
    text_score=0.75,
    text_before="Cao B»ng",
    needs_ocr=True,
)


def sent(head, body=b""):
    stream = io.BytesIO()
    write_message(stream, head, body)
    stream.seek(0)
    return stream


def test_page_comes_back_as_it_was_sent():
    message = read_message(sent(*encode_page(PAGE)), limit_bytes=10_000)
    assert decode_page(message) == PAGE


def test_stream_that_ends_within_a_message_has_no_message():
    whole = sent(*encode_page(PAGE)).getvalue()
    for length in (0, 4, 20, len(whole) - 1):
        assert read_message(io.BytesIO(whole[:length]), limit_bytes=10_000) is None


def test_announced_length_is_bounded_before_anything_is_read():
    with pytest.raises(MessageTooLongError):
        read_message(io.BytesIO(struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF)), limit_bytes=10_000)


@pytest.mark.parametrize("payload", [b"{", b"[]", b'{"type":3}', b"\xff\xfe", b"[" * 5_000])
def test_what_is_no_message_is_an_error(payload):
    with pytest.raises(ProtocolError):
        read_message(io.BytesIO(struct.pack(">II", len(payload), 0) + payload), limit_bytes=10_000)


@pytest.mark.parametrize(
    "change",
    [
        {"number": -1},
        {"number": "2"},
        {"text": None},
        {"text": 10_000},
        {"text": 2},
        {"width": float("inf")},
        {"height": -1},
        {"source": "<script>"},
        {"words": 3},
        {"words": -1},
        {"label": 7},
    ],
)
def test_value_out_of_bounds_is_an_error(change):
    head, body = encode_page(PAGE)
    with pytest.raises(ProtocolError):
        decode_page((json.loads(json.dumps({**head, **change})), body))


@pytest.mark.parametrize(
    "word",
    [
        Word(0, 99, 0, 0, 1, 1),
        Word(3, 3, 0, 0, 1, 1),
        Word(0, 3, -0.5, 0, 1, 1),
        Word(0, 3, 0, 0, 1.5, 1),
        Word(0, 3, 0, float("nan"), 1, 1),
    ],
)
def test_word_outside_its_text_or_page_is_an_error(word):
    head, body = encode_page(PageText(1, None, "abc def", 1, 1, words=(word,)))
    with pytest.raises(ProtocolError):
        decode_page((head, body))


def test_bytes_that_are_no_text_are_an_error():
    head, body = encode_page(PageText(1, None, "abc", 1, 1))
    with pytest.raises(ProtocolError):
        decode_page((head, b"\xff" + body[1:]))


def test_overlapping_words_are_an_error():
    words = (Word(0, 3, 0, 0, 1, 1), Word(2, 4, 0, 0, 1, 1))
    with pytest.raises(ProtocolError):
        decode_page(encode_page(PageText(1, None, "abcd", 1, 1, words=words)))


def test_image_that_is_no_webp_is_an_error():
    with pytest.raises(ProtocolError):
        decode_image(({"number": 1, "target": 1, "width": 1, "height": 1}, b"<svg onload=x>"))


def test_outline_that_leads_outside_the_document_leads_nowhere():
    info = decode_info(
        [{"outline": [["a", 3, 0], ["b", 4, 1], ["c", None, -5]]}],
        page_count=3,
        complete=True,
    )
    assert [(e.title, e.page_number, e.level) for e in info.outline] == [
        ("a", 3, 0),
        ("b", None, 1),
        ("c", None, 0),
    ]
