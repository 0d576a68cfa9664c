"""Resumable upload as a tus client meets it: offsets, owners, checksums, quota, expiry, faults."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from sqlalchemy import func, select

from archive.core.dates import now
from archive.models import File, HeldFile, Upload
from archive.services import held_files, uploads
from archive.storage.incoming import Incoming
from archive.web import tus
from tests.conftest import make_pdf, token_of
from tests.integration.standing import Standing, elements, page, standing_archive, words_of

ADDRESS = "/nop/tai-len"
PIECE = "application/offset+octet-stream"
NAME = "Sách a\u0309nh Đô\u0323i Cấn – đường về.pdf"
LIMIT = 3 * 1024 * 1024
QUOTA = 5 * 1024 * 1024


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    folder = tmp_path_factory.mktemp("tus")
    with standing_archive(folder, upload_quota_bytes=QUOTA) as made:
        yield made


@pytest.fixture(autouse=True)
def _nothing_waits(archive: Standing) -> Iterator[None]:
    yield
    with archive.holdings.database.writing() as session:
        for model in (Upload, HeldFile):
            for row in session.scalars(select(model)):
                uploads.discard_bytes(archive.holdings, row.id)
                session.delete(row)
        session.commit()


@pytest.fixture(scope="module")
def small_pdf() -> bytes:
    return make_pdf("một trang")


class Sender:
    """A tus client by hand, signed in as somebody."""

    def __init__(self, client: FlaskClient, *, page: str = "/huong-dan") -> None:
        self.client = client
        self.token = token_of(client, page)

    def ask(self, method: str, path: str, *, data: Any = None, **headers: str) -> Any:
        given = {"Tus-Resumable": "1.0.0", "X-CSRFToken": self.token}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        given = {name: value for name, value in given.items() if value}
        return self.client.open(path, method=method, headers=given, data=data)

    def create(self, size_bytes: int, name: str = NAME, **headers: str) -> Any:
        return self.ask(
            "POST",
            ADDRESS,
            Upload_Length=str(size_bytes),
            Upload_Metadata=f"filename {b64(name.encode())},lastModified {b64(b'17')}",
            **headers,
        )

    def start(self, size_bytes: int, name: str = NAME) -> str:
        answer = self.create(size_bytes, name)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.headers["Location"]).removeprefix("http://localhost")

    def send(self, path: str, offset: int, data: bytes, **headers: str) -> Any:
        given = {"Content_Type": PIECE, "Upload_Offset": str(offset), **headers}
        return self.ask("PATCH", path, data=data, **given)

    def offset(self, path: str) -> int:
        answer = self.ask("HEAD", path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return int(answer.headers["Upload-Offset"])


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture
def sender(archive: Standing) -> Sender:
    return Sender(archive.client("depositor"))


def held(archive: Standing) -> list[HeldFile]:
    with archive.holdings.database.reading() as session:
        return list(session.scalars(select(HeldFile)))


def count(archive: Standing, model: type[Any]) -> int:
    with archive.holdings.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def files_of(archive: Standing) -> list[str]:
    """Everything under `incoming` that is no empty folder, lock or probe."""
    incoming = archive.holdings.incoming.folder
    return sorted(
        str(path.relative_to(incoming))
        for path in incoming.rglob("*")
        if path.is_file() and path.parent.name != "locks"
    )


def test_server_says_what_it_can_do(sender: Sender) -> None:
    answer = sender.ask("OPTIONS", ADDRESS, Tus_Resumable="")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Max-Size"] == str(LIMIT)
    assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "termination",
        "checksum",
        "expiration",
    }


def test_file_sent_in_pieces_is_held_and_deposited_with_the_form(
    archive: Standing, sender: Sender, small_pdf: bytes
) -> None:
    path = sender.start(len(small_pdf))
    assert sender.offset(path) == 0
    for start in range(0, len(small_pdf), 1000):
        answer = sender.send(path, start, small_pdf[start : start + 1000])
        assert answer.status_code == 204
        assert int(answer.headers["Upload-Offset"]) == min(start + 1000, len(small_pdf))
    (row,) = held(archive)
    assert (row.name, row.size_bytes) == (NAME, len(small_pdf))
    assert row.sha256 == hashlib.sha256(small_pdf).hexdigest()
    assert row.sha512 == hashlib.sha512(small_pdf).hexdigest()
    assert count(archive, Upload) == 0
    assert sender.offset(path) == len(small_pdf), "a client that lost the answer finds it whole"
    assert sender.ask("POST", f"{path}/kiem-tra").status_code == 204

    done = sender.client.post(
        "/nop",
        data={
            "csrf_token": sender.token,
            "title": "Gửi từng phần",
            "unit": "so-van-hoa",
            "kind": "book",
            "issued": "2024",
            "access": "public",
            "action": "submit",
            "held": row.id,
        },
    )
    assert done.status_code == 302
    publication_id = done.location.rpartition("/")[2]
    with archive.holdings.database.reading() as session:
        file = session.scalars(select(File).where(File.publication_id == publication_id)).one()
        assert (file.name, file.sha512) == (NAME, row.sha512)
    assert sender.ask("HEAD", path).status_code == 404, "it belongs to the deposit now"
    assert files_of(archive) == []


def test_first_piece_may_come_with_the_announcement(
    archive: Standing, sender: Sender, small_pdf: bytes
) -> None:
    answer = sender.ask(
        "POST",
        ADDRESS,
        data=small_pdf,
        Content_Type=PIECE,
        Upload_Length=str(len(small_pdf)),
        Upload_Metadata=f"filename {b64(b'a.pdf')}",
    )
    assert answer.status_code == 201
    assert answer.headers["Upload-Offset"] == str(len(small_pdf))
    assert [row.name for row in held(archive)] == ["a.pdf"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus_Resumable": ""}, 412),
        ({"Tus_Resumable": "0.2.2"}, 412),
        ({"Content_Type": "application/octet-stream"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Upload_Offset": ""}, 400),
        ({"Upload_Offset": "-1"}, 400),
        ({"Upload_Offset": "5²"}, 400),
        ({"Upload_Offset": "9" * 30}, 400),
        ({"Upload_Offset": "3"}, 409),
        ({"Upload_Offset": "8"}, 409),
        ({"Upload_Checksum": "md5 AAAA"}, 400),
        ({"Upload_Checksum": "sha1 ???"}, 400),
        ({"Upload_Checksum": "sha1 AAAA"}, 400),
        ({"X_CSRFToken": ""}, 400),
        ({"X_CSRFToken": "false"}, 400),
    ],
)
def test_piece_that_makes_no_sense_is_refused_and_changes_nothing(
    sender: Sender, headers: dict[str, str], status: int
) -> None:
    path = sender.start(100)
    assert sender.send(path, 0, b"12345").status_code == 204
    answer = sender.send(path, 5, b"67", **headers)
    assert answer.status_code == status
    if status == 412:
        assert answer.headers["Tus-Version"] == "1.0.0"
    assert sender.offset(path) == 5


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload_Length": ""}, 400),
        ({"Upload_Length": "x"}, 400),
        ({"Upload_Length": "", "Upload_Defer_Length": "1"}, 400),
        ({"Upload_Length": "0"}, 400),
        ({"Upload_Length": str(LIMIT + 1)}, 413),
        ({"Upload_Metadata": ""}, 400),
        ({"Upload_Metadata": "filename ???"}, 400),
        ({"Upload_Metadata": f"filename {b64(bytes([0xFF, 0xFE]))}"}, 400),
        ({"Upload_Metadata": f"filename {b64(bytes([0, 10, 13]))}"}, 400),
        ({"Tus_Resumable": ""}, 412),
        ({"X_CSRFToken": ""}, 400),
    ],
)
def test_announcement_that_makes_no_sense_leaves_nothing(
    archive: Standing, sender: Sender, headers: dict[str, str], status: int
) -> None:
    given = {"Upload_Length": "10", "Upload_Metadata": f"filename {b64(b'a.pdf')}", **headers}
    assert sender.ask("POST", ADDRESS, **given).status_code == status
    assert count(archive, Upload) == 0
    assert files_of(archive) == []


@settings(deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-zA-Z]{1,8}", fullmatch=True), st.text(), max_size=4))
@example({"filename": NAME})
@example({"filename": "Đường về Pác Bo\u0301, đợt 1.pdf", "empty": ""})
def test_metadata_is_read_as_it_was_written(values: dict[str, str]) -> None:
    header = ",".join(f"{key} {b64(value.encode())}" for key, value in values.items())
    assert tus.read_metadata(header) == (values or {"": ""})


def test_unfinished_upload_gives_its_name_back(sender: Sender) -> None:
    path = sender.start(10)
    given = tus.read_metadata(sender.ask("HEAD", path).headers["Upload-Metadata"])
    assert given == {"filename": NAME, "lastModified": "17"}


def test_name_is_data_and_has_no_control_characters(archive: Standing, sender: Sender) -> None:
    sender.start(10, "../../x\r\nSet-Cookie: a=b\x00.pdf")
    with archive.holdings.database.reading() as session:
        (row,) = session.scalars(select(Upload))
        assert row.name == "../../xSet-Cookie: a=b.pdf"
        assert row.modified == "17"


def test_more_than_was_announced_is_refused(archive: Standing, sender: Sender) -> None:
    path = sender.start(10)
    assert sender.send(path, 0, b"x" * 11).status_code == 413
    assert sender.offset(path) == 0
    # Without a length before it the surplus is met only while it is read.
    answer = sender.client.open(
        path,
        method="PATCH",
        headers={
            "Tus-Resumable": "1.0.0",
            "X-CSRFToken": sender.token,
            "Content-Type": PIECE,
            "Upload-Offset": "0",
            "Transfer-Encoding": "chunked",
        },
        input_stream=io.BytesIO(b"x" * 200_000),
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413
    assert sender.offset(path) == 0


def test_upload_of_another_account_does_not_exist(
    archive: Standing, sender: Sender, small_pdf: bytes
) -> None:
    mine = sender.start(10)
    sender.send(mine, 0, b"12345")
    whole = sender.start(len(small_pdf))
    sender.send(whole, 0, small_pdf)
    for other in (
        Sender(archive.client("depositor", unit="tinh-doan")),
        Sender(archive.client("admin")),
    ):
        for path in (mine, whole):
            assert other.ask("HEAD", path).status_code == 404
            assert other.send(path, 5, b"67890").status_code == 404
            assert other.ask("POST", f"{path}/kiem-tra").status_code == 404
            assert other.ask("DELETE", path).status_code == 404
    assert sender.offset(mine) == 5
    assert len(held(archive)) == 1
    for path in (f"{ADDRESS}/{'0' * 32}", f"{ADDRESS}/x", f"{ADDRESS}/..%2f..%2fx"):
        assert sender.ask("HEAD", path).status_code == 404


@pytest.mark.parametrize("role", ["anonymous", "reader"])
def test_only_depositors_send_and_a_program_is_not_sent_to_the_sign_in_page(
    archive: Standing, role: str
) -> None:
    client = archive.client(role)
    other = Sender(client, page="/dang-nhap" if role == "anonymous" else "/huong-dan")
    status = 401 if role == "anonymous" else 403
    assert other.create(10).status_code == status
    for method in ("HEAD", "PATCH", "DELETE"):
        assert other.ask(method, f"{ADDRESS}/{'0' * 32}").status_code == status
    assert other.ask("OPTIONS", ADDRESS).status_code == status
    assert count(archive, Upload) == 0


def test_every_change_asks_for_the_token(archive: Standing, sender: Sender) -> None:
    path = sender.start(10)
    for token in ("", "x", sender.token[:-2]):
        assert sender.create(10, X_CSRFToken=token).status_code == 400
        assert sender.send(path, 0, b"1", X_CSRFToken=token).status_code == 400
        assert sender.ask("DELETE", path, X_CSRFToken=token).status_code == 400
        assert sender.ask("POST", f"{path}/kiem-tra", X_CSRFToken=token).status_code == 400
    assert count(archive, Upload) == 1
    assert sender.offset(path) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
def test_wrong_checksum_discards_the_piece_and_the_right_one_keeps_it(
    archive: Standing, sender: Sender, small_pdf: bytes, algorithm: str
) -> None:
    path = sender.start(len(small_pdf))
    first, second = small_pdf[:2000], small_pdf[2000:]
    wrong = f"{algorithm} {b64(hashlib.new(algorithm, b'other').digest())}"
    right = f"{algorithm} {b64(hashlib.new(algorithm, second).digest())}"
    assert sender.send(path, 0, first).status_code == 204
    answer = sender.send(path, 2000, b"!" * len(second), Upload_Checksum=right)
    assert answer.status_code == 460
    assert sender.send(path, 2000, second, Upload_Checksum=wrong).status_code == 460
    assert sender.offset(path) == 2000
    assert sender.send(path, 2000, second, Upload_Checksum=right).status_code == 204
    assert held(archive)[0].sha256 == hashlib.sha256(small_pdf).hexdigest()


class SlowBody(io.RawIOBase):
    """A body that waits in the middle until it is told to go on, or breaks off there."""

    def __init__(self, first: bytes, second: bytes | None) -> None:
        self.arrived, self.go_on = threading.Event(), threading.Event()
        self._parts = [first, second]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._parts:
            return 0
        if len(self._parts) == 1:
            self.arrived.set()
            self.go_on.wait(20)
        data = self._parts.pop(0)
        if data is None:
            raise ConnectionResetError
        assert len(data) <= len(buffer)
        buffer[: len(data)] = data
        return len(data)


def slowly(archive: Standing, sender: Sender, path: str, body: SlowBody, length: int) -> list[Any]:
    """The answer, once there is one, of a PATCH at 0 sent by another thread."""
    cookie = sender.client.get_cookie("session")
    assert cookie is not None
    client = archive.app.test_client()
    client.set_cookie("session", cookie.value)
    answers: list[Any] = []

    def send() -> None:
        answers.append(
            client.open(
                path,
                method="PATCH",
                headers={
                    "Tus-Resumable": "1.0.0",
                    "X-CSRFToken": sender.token,
                    "Content-Type": PIECE,
                    "Upload-Offset": "0",
                },
                environ_overrides={"wsgi.input": body, "CONTENT_LENGTH": str(length)},
            )
        )

    threading.Thread(target=send).start()
    assert body.arrived.wait(20)
    return answers


def until_answered(answers: list[Any]) -> Any:
    for _ in range(2000):
        if answers:
            return answers[0]
        threading.Event().wait(0.01)
    raise AssertionError("no answer")


def test_of_two_pieces_at_one_offset_one_is_taken_and_one_conflicts(
    archive: Standing, sender: Sender
) -> None:
    path = sender.start(10)
    body = SlowBody(b"123", b"45")
    answers = slowly(archive, sender, path, body, 5)
    assert sender.send(path, 0, b"abcde").status_code == 409
    body.go_on.set()
    assert until_answered(answers).status_code == 204
    assert sender.offset(path) == 5
    assert sender.send(path, 0, b"abcde").status_code == 409
    part = archive.holdings.incoming.folder / "parts" / path.rpartition("/")[2]
    assert part.read_bytes() == b"12345"


def test_connection_that_breaks_keeps_what_arrived_unless_it_has_a_checksum(
    archive: Standing, sender: Sender
) -> None:
    path = sender.start(10)
    body = SlowBody(b"123", None)
    answers = slowly(archive, sender, path, body, 10)
    body.go_on.set()
    assert until_answered(answers).status_code == 400
    assert sender.offset(path) == 3
    answer = sender.client.open(
        path,
        method="PATCH",
        headers={
            "Tus-Resumable": "1.0.0",
            "X-CSRFToken": sender.token,
            "Content-Type": PIECE,
            "Upload-Offset": "3",
            "Upload-Checksum": f"sha1 {b64(hashlib.sha1(b'4567890').digest())}",
        },
        environ_overrides={"wsgi.input": io.BytesIO(b"45"), "CONTENT_LENGTH": "7"},
    )
    assert answer.status_code == 400
    assert sender.offset(path) == 3, "half a piece cannot be verified"


def test_sender_that_falls_silent_is_cut_off_and_may_go_on(
    archive: Standing, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone that left its network: nothing more comes, and nothing says so."""
    monkeypatch.setattr(tus, "SILENCE_SECONDS", 0.2)
    path = sender.start(10)
    near, far = socket.socketpair()
    with near, far, near.makefile("rb", buffering=0) as body:
        far.sendall(b"123")
        answer = sender.client.open(
            path,
            method="PATCH",
            headers={
                "Tus-Resumable": "1.0.0",
                "X-CSRFToken": sender.token,
                "Content-Type": PIECE,
                "Upload-Offset": "0",
            },
            environ_overrides={
                "wsgi.input": body,
                "gunicorn.socket": near,
                "CONTENT_LENGTH": "10",
            },
        )
        assert answer.status_code == 400
        assert near.gettimeout() is None
        assert near.recv(1) == b"", "nobody waits for the rest"
    assert sender.offset(path) == 3
    assert sender.send(path, 3, b"4567").status_code == 204


def test_network_that_lets_only_post_through_may_name_the_method(
    archive: Standing, sender: Sender
) -> None:
    path = sender.start(10)
    given = {"Content_Type": PIECE, "Upload_Offset": "0"}
    patch = sender.ask("POST", path, data=b"123", X_HTTP_Method_Override="PATCH", **given)
    assert patch.status_code == 204
    assert sender.offset(path) == 3
    assert sender.ask("POST", path, X_HTTP_Method_Override="GET").status_code == 405
    assert sender.ask("POST", path).status_code == 405
    other = Sender(archive.client("depositor", unit="tinh-doan"))
    assert other.ask("POST", path, X_HTTP_Method_Override="DELETE").status_code == 404
    assert sender.ask("POST", path, X_HTTP_Method_Override="DELETE").status_code == 204
    assert sender.ask("HEAD", path).status_code == 404


def test_one_process_leaves_threads_to_those_who_read(archive: Standing, sender: Sender) -> None:
    paths = [sender.start(10) for _ in range(tus.AT_ONCE + 1)]
    bodies = [SlowBody(b"1", b"2") for _ in range(tus.AT_ONCE)]
    answers = [
        slowly(archive, sender, path, body, 2) for path, body in zip(paths, bodies, strict=False)
    ]
    refused = sender.send(paths[-1], 0, b"12")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "2"
    for body, answer in zip(bodies, answers, strict=True):
        body.go_on.set()
        assert until_answered(answer).status_code == 204
    assert sender.send(paths[-1], 0, b"12").status_code == 204


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"<!doctype html><p>x</p>", "Kho chưa nhận trang web"),
        ("b.exe", b"MZ" + bytes(200), "chương trình"),
        ("c.pdf", b"%PDF-1.7\n" + bytes(300), "Không mở được tệp"),
    ],
)
def test_refused_file_leaves_its_sentence_and_not_its_bytes(
    archive: Standing, sender: Sender, name: str, data: bytes, said: str
) -> None:
    path = sender.start(len(data), name)
    assert sender.send(path, 0, data).status_code == 204, "every byte arrived"
    for _ in range(2):
        answer = sender.ask("POST", f"{path}/kiem-tra")
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)
    assert held(archive) == []
    assert files_of(archive) == []
    assert sender.offset(path) == len(data), "it is not sent a second time"
    assert sender.send(path, 0, data).status_code == 409
    assert sender.ask("DELETE", path).status_code == 204
    assert sender.ask("HEAD", path).status_code == 404


def test_encrypted_pdf_is_told_by_its_sentence(sender: Sender, small_pdf: bytes) -> None:
    locked, out = PdfWriter(clone_from=io.BytesIO(small_pdf)), io.BytesIO()
    locked.encrypt("bí mật", "chủ", algorithm="AES-256")
    locked.write(out)
    data = out.getvalue()
    path = sender.start(len(data), "mật khẩu.pdf")
    sender.send(path, 0, data)
    answer = sender.ask("POST", f"{path}/kiem-tra")
    assert answer.status_code == 422
    assert "Tệp có mật khẩu" in answer.get_data(as_text=True)


def test_outcome_of_an_unfinished_upload_is_a_conflict(sender: Sender) -> None:
    path = sender.start(10)
    assert sender.ask("POST", f"{path}/kiem-tra").status_code == 409


@pytest.mark.parametrize("moved", [False, True])
def test_check_that_was_cut_off_is_done_when_it_is_asked_for(
    archive: Standing,
    sender: Sender,
    small_pdf: bytes,
    monkeypatch: pytest.MonkeyPatch,
    moved: bool,
) -> None:
    """The process ends after the last byte: before the file is moved, or before it is held."""
    path = sender.start(len(small_pdf))

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    if moved:
        monkeypatch.setattr(uploads, "check_file", die)
    else:
        monkeypatch.setattr(uploads, "check_upload", die)
    with pytest.raises(KeyboardInterrupt):
        sender.send(path, 0, small_pdf)
    monkeypatch.undo()
    assert sender.offset(path) == len(small_pdf)
    assert "chọn lại tệp này" in words_of(page(sender.client.get("/nop")))
    assert sender.ask("POST", f"{path}/kiem-tra").status_code == 204
    assert held(archive)[0].sha512 == hashlib.sha512(small_pdf).hexdigest()


def test_ended_upload_leaves_nothing(archive: Standing, sender: Sender, small_pdf: bytes) -> None:
    path = sender.start(len(small_pdf))
    sender.send(path, 0, small_pdf[:100])
    assert sender.ask("DELETE", path).status_code == 204
    whole = sender.start(len(small_pdf))
    sender.send(whole, 0, small_pdf)
    assert sender.ask("DELETE", whole).status_code == 204
    assert files_of(archive) == []
    assert (count(archive, Upload), count(archive, HeldFile)) == (0, 0)
    for gone in (path, whole):
        assert sender.ask("HEAD", gone).status_code == 404
        assert sender.ask("DELETE", gone).status_code == 404
        assert sender.send(gone, 100, small_pdf[100:]).status_code == 404


def test_account_may_have_so_much_waiting_and_no_more(
    archive: Standing, sender: Sender, small_pdf: bytes
) -> None:
    first = sender.start(len(small_pdf))
    sender.send(first, 0, small_pdf)
    second = sender.start(LIMIT)
    answer = sender.create(LIMIT)
    assert answer.status_code == 413
    assert "tối đa 5 MB" in answer.get_data(as_text=True)
    assert sender.create(QUOTA - LIMIT - len(small_pdf) + 1).status_code == 413
    assert sender.create(QUOTA - LIMIT - len(small_pdf)).status_code == 201
    other = Sender(archive.client("depositor", unit="tinh-doan"))
    assert other.create(LIMIT).status_code == 201, "each account has its own"
    sender.ask("DELETE", second)
    assert sender.create(LIMIT).status_code == 201


def test_account_may_have_so_many_files_waiting(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_WAITING", 2)
    sender.start(1)
    sender.start(1)
    assert sender.create(1).status_code == 413


def age(archive: Standing, path: str, by: timedelta) -> None:
    """Make the upload's last byte so much older."""
    folder = archive.holdings.incoming.folder / "parts"
    then = (now() - by).timestamp()
    for part in folder.glob(path.rpartition("/")[2] + "*"):
        os.utime(part, (then, then))


def test_unfinished_upload_is_kept_for_a_day_after_its_last_byte(
    archive: Standing, sender: Sender
) -> None:
    lifetime = archive.holdings.settings.held_file_lifetime
    old, young = sender.start(10), sender.start(10)
    answer = sender.send(old, 0, b"12345")
    expires = parsedate_to_datetime(answer.headers["Upload-Expires"])
    assert abs(expires - now() - lifetime) < timedelta(minutes=1)
    age(archive, old, lifetime + timedelta(seconds=5))
    age(archive, young, lifetime - timedelta(minutes=5))
    assert sender.ask("HEAD", old).status_code == 410
    answer = sender.send(old, 5, b"67890")
    assert answer.status_code == 410
    assert "quá hạn" in answer.get_data(as_text=True)
    with archive.holdings.database.writing() as session:
        uploads.sweep_uploads(session, archive.holdings)
        session.commit()
    assert sender.ask("HEAD", old).status_code == 404
    assert sender.offset(young) == 0
    names = {name.partition(".")[0] for name in files_of(archive)}
    assert names == {f"parts/{young.rpartition('/')[2]}"}


def test_worker_sweeps_what_nobody_goes_on_with(archive: Standing, sender: Sender) -> None:
    path = sender.start(10)
    age(archive, path, timedelta(hours=25))
    refused = sender.start(5, "x.pdf")
    sender.send(refused, 0, b"hello")
    with archive.holdings.database.writing() as session:
        session.get_one(Upload, refused.rpartition("/")[2]).changed_at = now() - timedelta(days=2)
        session.commit()
    archive.work()
    assert count(archive, Upload) == 0
    assert files_of(archive) == []


def test_sweep_spares_a_file_that_is_arriving(archive: Standing, sender: Sender) -> None:
    path = sender.start(5)
    body = SlowBody(b"123", b"45")
    answers = slowly(archive, sender, path, body, 5)
    age(archive, path, timedelta(hours=25))
    assert archive.holdings.resumable.sweep(timedelta(hours=24)) == 0
    body.go_on.set()
    assert until_answered(answers).status_code == 204


def test_bytes_that_a_restored_archive_lacks_are_not_found(
    archive: Standing, sender: Sender
) -> None:
    path = sender.start(10)
    archive.holdings.resumable.discard(path.rpartition("/")[2])
    assert sender.ask("HEAD", path).status_code == 404
    assert sender.send(path, 0, b"123").status_code == 404
    assert sender.client.get("/nop").status_code == 200


def test_disk_without_room_is_said_before_anything_is_sent(
    archive: Standing, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 9})
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _path: usage)
    answer = sender.create(10)
    assert answer.status_code == 507
    assert "Ổ đĩa của kho đã đầy" in answer.get_data(as_text=True)
    assert sender.create(9).status_code == 201


def test_page_offers_what_waits_to_its_own_depositor(
    archive: Standing, sender: Sender, small_pdf: bytes
) -> None:
    half = sender.start(1000, "Dở dang.pdf")
    sender.send(half, 0, b"%" * 450)
    whole = sender.start(len(small_pdf), "Trọn vẹn.pdf")
    sender.send(whole, 0, small_pdf)
    shown = page(sender.client.get("/nop"))
    words = words_of(shown)
    assert "Dở dang.pdf" in words
    assert "45%" in words
    (box,) = [e for e in elements(shown, "input") if e.get("type") == "checkbox"]
    assert (box.get("name"), box.get("value")) == ("held", whole.rpartition("/")[2])
    assert box.get("checked") is None, "another deposit's file goes along only if it is chosen"
    other = archive.client("depositor", unit="tinh-doan")
    assert "Dở dang.pdf" not in words_of(page(other.get("/nop")))


def test_deleted_account_takes_its_uploads_along(archive: Standing) -> None:
    from archive.core.roles import Role
    from archive.services.accounts import delete_user
    from tests.conftest import make_user, sign_in

    make_user(archive.holdings, Role.DEPOSITOR, email="tam@example.org", unit="tinh-doan")
    client = archive.app.test_client()
    sign_in(client, "tam@example.org")
    Sender(client).start(10)
    with archive.holdings.database.writing() as session:
        (row,) = session.scalars(select(Upload))
        delete_user(session, user_id=row.user_id)
        session.commit()
    assert count(archive, Upload) == 0
    assert archive.holdings.resumable.sweep(timedelta(seconds=-1)) == 1, "bytes without an owner"


def test_held_file_of_the_plain_form_counts_and_can_be_ended(
    archive: Standing, sender: Sender, small_pdf: bytes
) -> None:
    received = Incoming(archive.holdings.incoming.folder).receive(
        io.BytesIO(small_pdf), limit_bytes=LIMIT
    )
    actor = replace(archive.actor("depositor"))
    with archive.holdings.database.writing() as session:
        held_files.hold_file(session, received=received, name="từ mẫu.pdf", by=actor)
        session.commit()
    assert sender.offset(f"{ADDRESS}/{received.name}") == len(small_pdf)
    assert sender.ask("DELETE", f"{ADDRESS}/{received.name}").status_code == 204
    assert files_of(archive) == []
