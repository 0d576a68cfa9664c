from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archive.storage.records import DamagedLine, RecordLog
from tests.unit.storage.conftest import REPOSITORY


@pytest.fixture
def log(tmp_path: Path) -> RecordLog:
    return RecordLog(tmp_path / "records")


def latest(log: RecordLog) -> dict[str, dict[str, Any]]:
    pairs = list(log.latest())
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def test_the_last_line_of_an_id_wins(log: RecordLog) -> None:
    log.append([("a", {"title": "Đèo Gió"}), ("b", {"title": "hai"})])
    log.append([("a", {"title": "Pác Bó"}), ("c", {"title": "ba"}), ("c", {"title": "bốn"})])

    assert latest(RecordLog(log.folder)) == {
        "a": {"title": "Pác Bó"},
        "b": {"title": "hai"},
        "c": {"title": "bốn"},
    }
    assert log.damaged() == ()


def test_text_comes_back_as_it_was_written(log: RecordLog) -> None:
    record = {"nhan_de": "hoa\u0300 b\u00ecnh \u2028 \n \x00 😀", "pages": [1, 2.5, None, True]}

    log.append([("a", record)])

    assert latest(log) == {"a": record}


def test_a_log_without_a_folder_is_empty(log: RecordLog) -> None:
    assert latest(log) == {}
    assert log.damaged() == ()
    log.append([])
    log.retire([])
    assert not log.folder.exists()


def test_a_retired_record_is_passed_over_until_it_is_written_again(log: RecordLog) -> None:
    log.append([("a", {"v": 1}), ("b", {"v": 1})])
    log.retire(["a"])
    assert latest(log) == {"b": {"v": 1}}

    log.append([("a", {"v": 2})])
    assert latest(log) == {"b": {"v": 1}, "a": {"v": 2}}


def test_a_torn_last_line_is_ignored_and_reported(log: RecordLog) -> None:
    log.append([("a", {"v": 1}), ("b", {"v": 1})])
    [file] = log.folder.glob("*.jsonl")
    whole = file.read_bytes()
    for length in range(whole.index(b"\n") + 2, len(whole)):
        file.write_bytes(whole[:length])
        damage: list[DamagedLine] = []
        assert dict(log.latest(on_damage=damage.append)) == {"a": {"v": 1}}
        assert damage == [DamagedLine(file.name, whole.index(b"\n") + 1, "torn")]
        assert log.damaged() == tuple(damage)


def test_appending_after_a_torn_line_loses_nothing_more(log: RecordLog) -> None:
    log.append([("a", {"v": 1}), ("b", {"v": 1})])
    [file] = log.folder.glob("*.jsonl")
    file.write_bytes(file.read_bytes()[:-9])

    log.append([("c", {"v": 1})])
    log.append([("b", {"v": 2})])

    assert latest(log) == {"a": {"v": 1}, "c": {"v": 1}, "b": {"v": 2}}
    [damaged] = log.damaged()
    assert damaged.problem == "malformed"


def test_a_flipped_bit_is_reported_and_the_line_before_counts(log: RecordLog) -> None:
    log.append([("a", {"title": "một"})])
    log.append([("a", {"title": "nine"})])
    [file] = log.folder.glob("*.jsonl")
    file.write_bytes(file.read_bytes().replace(b"nine", b"mine"))

    assert latest(log) == {"a": {"title": "một"}}
    assert [line.problem for line in log.damaged()] == ["changed"]


@pytest.mark.parametrize(
    "line",
    [b"null", b"[]", b"{}", b'{"id": 1, "record": {}, "sha256": ""}', b"\xff\xfe", b"[" * 9999],
)
def test_foreign_lines_are_reported_and_do_no_harm(log: RecordLog, line: bytes) -> None:
    log.append([("a", {"v": 1})])
    [file] = log.folder.glob("*.jsonl")
    file.write_bytes(line + b"\n" + file.read_bytes())

    assert latest(log) == {"a": {"v": 1}}
    assert [(d.offset_bytes, d.problem) for d in log.damaged()] == [(0, "malformed")]


def test_a_record_json_cannot_hold_is_refused_whole(log: RecordLog) -> None:
    with pytest.raises(ValueError):
        log.append([("a", {"v": 1}), ("b", {"v": float("nan")})])

    assert latest(log) == {}


def test_a_full_file_is_followed_by_the_next(tmp_path: Path) -> None:
    log = RecordLog(tmp_path, file_bytes=200)
    for number in range(30):
        log.append([("same", {"v": number}), (f"id{number}", {"v": number})])

    files = sorted(path.name for path in tmp_path.glob("*.jsonl"))
    assert files[:2] == ["000001.jsonl", "000002.jsonl"]
    assert len(files) == 30
    found = latest(log)
    assert found["same"] == {"v": 29}
    assert len(found) == 31


WRITER = """
import sys
from pathlib import Path
from archive.storage.records import RecordLog
log, worker = RecordLog(Path(sys.argv[1]), file_bytes=4000), sys.argv[2]
for batch in range(40):
    log.append([(f"{worker}-{batch}-{n}", {"text": "x" * 50}) for n in range(5)])
"""


def test_two_processes_append_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    children = [
        subprocess.Popen([sys.executable, "-c", WRITER, tmp_path, worker], cwd=REPOSITORY)
        for worker in ("a", "b")
    ]
    assert [child.wait(timeout=60) for child in children] == [0, 0]

    log = RecordLog(tmp_path)
    assert log.damaged() == ()
    assert len(latest(log)) == 2 * 40 * 5
    # A batch stands together: the other process never comes in between.
    for path in tmp_path.glob("*.jsonl"):
        batches = [json.loads(line)["id"].rsplit("-", 1)[0] for line in path.open()]
        assert batches == [batch for batch in batches[::5] for _ in range(5)]
