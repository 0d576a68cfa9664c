from __future__ import annotations

import gc
import hashlib
import io
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.formparser import FormDataParser

from archive.core.errors import EmptyFileError, NotFoundError, TooLargeError
from archive.storage.incoming import Incoming, IncomingWriter

DATA = "Pác Bó, suối Lê Nin\n".encode() * 10_000


@pytest.fixture
def incoming(tmp_path: Path) -> Incoming:
    return Incoming(tmp_path / "incoming")


def names(incoming: Incoming) -> list[str]:
    return sorted(path.name for path in incoming.folder.iterdir())


def test_received_bytes_are_held_and_digested(incoming: Incoming) -> None:
    received = incoming.receive(io.BytesIO(DATA), limit_bytes=len(DATA))

    assert received.path.read_bytes() == DATA
    assert received.size_bytes == len(DATA)
    assert received.sha512 == hashlib.sha512(DATA).hexdigest()
    assert received.sha256 == hashlib.sha256(DATA).hexdigest()
    assert names(incoming) == [received.name]


def test_a_held_file_is_found_again_after_a_restart(incoming: Incoming) -> None:
    received = incoming.receive(io.BytesIO(DATA), limit_bytes=len(DATA))

    assert Incoming(incoming.folder).find(received.name) == received


@pytest.mark.parametrize("name", ["", "..", "../ocfl/0=ocfl_1.1", "0" * 32, "staging", "a\0b"])
def test_a_name_that_is_not_a_held_file_is_not_found(incoming: Incoming, name: str) -> None:
    incoming.receive(io.BytesIO(DATA), limit_bytes=len(DATA))

    with pytest.raises(NotFoundError):
        incoming.find(name)


def test_an_unfinished_upload_cannot_be_found(incoming: Incoming) -> None:
    with incoming.open_writer(10) as writer:
        writer.write(b"abc")
        [name] = names(incoming)
        with pytest.raises(NotFoundError):
            incoming.find(name)
        with pytest.raises(NotFoundError):
            incoming.find(name.removesuffix(".part"))


def test_one_byte_too_many_is_refused_and_leaves_nothing(incoming: Incoming) -> None:
    with pytest.raises(TooLargeError) as caught:
        incoming.receive(io.BytesIO(DATA), limit_bytes=len(DATA) - 1)

    assert caught.value.data == {"limit_bytes": len(DATA) - 1}
    assert names(incoming) == []


def test_an_empty_file_is_refused_and_leaves_nothing(incoming: Incoming) -> None:
    with pytest.raises(EmptyFileError):
        incoming.receive(io.BytesIO(b""), limit_bytes=10)

    assert names(incoming) == []


def test_a_stream_that_breaks_off_leaves_nothing(incoming: Incoming) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise ConnectionResetError
            return super().read(100)

    with pytest.raises(ConnectionResetError):
        incoming.receive(Broken(DATA), limit_bytes=len(DATA))

    assert names(incoming) == []


def test_a_writer_forgotten_by_its_owner_leaves_nothing(incoming: Incoming) -> None:
    writer = incoming.open_writer(100)
    writer.write(b"half a file")
    assert len(names(incoming)) == 1

    del writer
    gc.collect()

    assert names(incoming) == []


def test_a_writer_can_be_read_before_it_is_finished(incoming: Incoming) -> None:
    writer = incoming.open_writer(len(DATA))
    writer.write(DATA[:5000])
    writer.seek(0)
    assert writer.read(8) == DATA[:8]
    assert writer.readline() == DATA[8 : DATA.index(b"\n") + 1]
    writer.seek(0, os.SEEK_END)
    writer.write(DATA[5000:])

    received = writer.finish()

    assert received.sha512 == hashlib.sha512(DATA).hexdigest()
    assert writer.finish() == received
    writer.discard()
    assert received.path.read_bytes() == DATA


def test_writing_anywhere_but_at_the_end_is_refused(incoming: Incoming) -> None:
    with incoming.open_writer(100) as writer:
        writer.write(b"abcdef")
        writer.seek(2)
        with pytest.raises(io.UnsupportedOperation):
            writer.write(b"X")


def test_a_discarded_writer_takes_nothing_more(incoming: Incoming) -> None:
    writer = incoming.open_writer(100)
    writer.write(b"abc")
    writer.discard()

    with pytest.raises(ValueError):
        writer.write(b"def")
    with pytest.raises(ValueError):
        writer.finish()
    assert names(incoming) == []


def multipart(*parts: tuple[str, bytes]) -> tuple[bytes, str]:
    body = b""
    for name, data in parts:
        body += (
            f'--XX\r\nContent-Disposition: form-data; name="tep"; filename="{name}"\r\n\r\n'
        ).encode()
        body += data + b"\r\n"
    return body + b"--XX--\r\n", "multipart/form-data"


def test_the_multipart_parser_streams_into_held_files(incoming: Incoming) -> None:
    writers: list[IncomingWriter] = []

    def stream_factory(**_: object) -> IncomingWriter:
        writers.append(incoming.open_writer(10_000_000))
        return writers[-1]

    body, kind = multipart(("a.pdf", DATA), ("b.pdf", b"other"))
    parser = FormDataParser(stream_factory=stream_factory)
    _, _, files = parser.parse(io.BytesIO(body), kind, len(body), {"boundary": "XX"})

    uploads = files.getlist("tep")
    assert [upload.filename for upload in uploads] == ["a.pdf", "b.pdf"]
    assert all(upload.stream is writer for upload, writer in zip(uploads, writers, strict=True))
    assert uploads[0].read() == DATA
    received = [writer.finish() for writer in writers]
    for upload in uploads:
        upload.close()
    assert [file.path.read_bytes() for file in received] == [DATA, b"other"]


def test_too_large_a_part_ends_the_multipart_parser(incoming: Incoming) -> None:
    writers: list[IncomingWriter] = []

    def stream_factory(**_: object) -> IncomingWriter:
        writers.append(incoming.open_writer(1000))
        return writers[-1]

    body, kind = multipart(("a.pdf", DATA))
    parser = FormDataParser(stream_factory=stream_factory)

    with pytest.raises(TooLargeError):
        parser.parse(io.BytesIO(body), kind, len(body), {"boundary": "XX"})

    # The parser still refers to the writer here; the bytes are gone all the same.
    assert len(writers) == 1
    assert names(incoming) == []


def test_discard_forgets_a_held_file_and_may_be_repeated(incoming: Incoming) -> None:
    received = incoming.receive(io.BytesIO(DATA), limit_bytes=len(DATA))

    incoming.discard(received)
    incoming.discard(received)

    assert names(incoming) == []


def test_sweep_removes_what_is_old_and_leaves_what_is_not(incoming: Incoming) -> None:
    assert incoming.sweep(timedelta(0)) == 0  # no folder yet
    old = incoming.receive(io.BytesIO(b"old"), limit_bytes=10)
    young = incoming.receive(io.BytesIO(b"young"), limit_bytes=10)
    torn = incoming.folder / ("a" * 32 + ".part")
    torn.write_bytes(b"cut off")
    staged = incoming.folder / "staging" / "b"
    (staged / "v1").mkdir(parents=True)
    lock = incoming.folder / "locks" / "00.lock"
    lock.parent.mkdir()
    lock.touch()
    note = incoming.folder / "README"
    note.touch()
    yesterday = time.time() - 86_400
    for path in (old.path, torn, staged, lock, note):
        os.utime(path, (yesterday, yesterday))

    assert incoming.sweep(timedelta(hours=1)) == 3

    assert names(incoming) == sorted([young.name, "staging", "locks", "README"])
    assert lock.exists()
    assert not staged.exists()
