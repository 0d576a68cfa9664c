"""BibTeX, RIS, CSL-JSON, and the citation on the page."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.app import ROOT
from archive.core.dates import IssueDate
from archive.core.language import in_vietnamese, speak
from archive.core.vocabulary import UNKNOWN_UNIT_CODE, UNKNOWN_UNIT_NAME
from archive.metadata.bibtex import bibtex, escape
from archive.metadata.citation import cite
from archive.metadata.csl import csl_json
from archive.metadata.description import Creator, Description, looks_like_body, one_line
from archive.metadata.formats import FORMATS
from archive.metadata.record_json import plain
from archive.metadata.ris import ris
from archive.web.languages import read_translations
from tests.unit.metadata.described import ATTACK, URL, bare, described, hostile

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
_TEX = {
    "\\textbackslash{}": "\\",
    "\\textbraceleft{}": "{",
    "\\textbraceright{}": "}",
    "\\textasciitilde{}": "~",
    "\\textasciicircum{}": "^",
    **{f"\\{sign}": sign for sign in "%&#_$"},
}


def read_bibtex(text: str) -> list[dict[str, str]]:
    """Entries as BibTeX parses them: by counting braces, whatever stands before them."""
    entries, at = [], 0
    while (at := text.find("@", at)) >= 0:
        kind, _, rest = text[at:].partition("{")
        end = _closing(rest)
        key, _, body = rest[:end].partition(",")
        entry = {"type": kind[1:], "key": key}
        place = 0
        while match := re.compile(r"\s*(\w+) = \{").match(body, place):
            length = _closing(body[match.end() :])
            entry[match[1]] = body[match.end() : match.end() + length]
            place = match.end() + length + 1
            place += body[place : place + 1] == ","
        assert not body[place:].strip(), body[place:]
        entries.append(entry)
        at += len(kind) + 1 + end
    return entries


def _closing(text: str) -> int:
    depth = 1
    for at, sign in enumerate(text):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if not depth:
            return at
    raise AssertionError(f"unbalanced: {text}")


def printed(tex: str) -> str:
    """What TeX prints of an escaped text."""
    return re.sub(r"\\text\w+\{\}|\\.", lambda found: _TEX[found.group()], tex)


def test_bibtex_entry_keeps_vietnamese_names_whole() -> None:
    (entry,) = read_bibtex(b"".join(bibtex([described()])).decode())
    assert (entry["type"], entry["key"]) == ("book", "anpham-0123456789ab")
    assert entry["author"] == "{Bế Thị B}"
    assert entry["editor"] == "{Nông Văn A}"
    assert entry["title"] == "{Đông Khê, ba ngày tháng chín: Kỷ niệm 75 năm}"
    assert (entry["year"], entry["month"]) == ("2024", "7")
    assert (entry["series"], entry["volume"]) == ("Tủ sách Ví Dụ", "Tập 2")
    assert entry["url"] == URL


@given(ANY_TEXT)
def test_any_text_is_balanced_in_bibtex_and_prints_as_it_was(text: str) -> None:
    (entry,) = read_bibtex(b"".join(bibtex([described(title=f"a{text}", subtitle="")])).decode())
    assert printed(entry["title"][1:-1]) == one_line(f"a{text}")
    assert escape(text).count("{") == escape(text).count("}")


@given(ANY_TEXT)
def test_any_text_is_one_line_of_ris(text: str) -> None:
    lines = b"".join(ris([described(title=f"a{text}", subtitle="")])).decode().split("\r\n")
    assert [line for line in lines if line.startswith("TI  - ")] == [
        f"TI  - {one_line(f'a{text}')}"
    ]
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines if line)
    assert sum(line.startswith("ER  - ") for line in lines) == 1
    assert lines[-3:] == ["ER  - ", "", ""]


@given(ANY_TEXT)
def test_any_text_is_a_value_of_csl(text: str) -> None:
    (item,) = json.loads(b"".join(csl_json([described(title=f"a{text}", subtitle="")])))
    assert item["title"] == one_line(f"a{text}")


def test_hostile_record_stays_one_record() -> None:
    both = [hostile(), described()]
    assert len(read_bibtex(b"".join(bibtex(both)).decode())) == 2
    lines = b"".join(ris(both)).decode().split("\r\n")
    assert sum(line.startswith("TY  - ") for line in lines) == 2
    assert len(json.loads(b"".join(csl_json(both)))) == 2
    assert "\x00" in ATTACK


def test_ris_says_the_date_as_far_as_it_is_known() -> None:
    for issued, line in (
        (IssueDate(2024), "DA  - 2024///"),
        (IssueDate(2024, 7), "DA  - 2024/07//"),
        (IssueDate(2024, 7, 5), "DA  - 2024/07/05/"),
    ):
        assert line in b"".join(ris([described(issued=issued)])).decode()
    assert "DA  - " not in b"".join(ris([bare()])).decode()


def test_csl_item_has_literal_names_and_date_parts() -> None:
    (item,) = json.loads(b"".join(csl_json([described()])))
    assert item["author"] == [{"literal": "Bế Thị B"}]
    assert item["editor"] == [{"literal": "Nông Văn A"}]
    assert item["issued"] == {"date-parts": [[2024, 7]]}
    assert json.loads(b"".join(csl_json([]))) == []


A, B, C, D = (Creator(name=name) for name in ("Nông Văn A", "Bế Thị B", "Đàm C", "Hoàng D"))
EDITOR = Creator(name="Lý Văn E", role="editor")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"creators": (A, B)}, "Nông Văn A, Bế Thị B (2024). Nhan đề. Xã Đông Khê."),
        (
            {"creators": (A, B, C, D)},
            "Nông Văn A và các tác giả khác (2024). Nhan đề. Xã Đông Khê.",
        ),
        ({"creators": (EDITOR,)}, "Lý Văn E (chủ biên) (2024). Nhan đề. Xã Đông Khê."),
        ({"creators": (EDITOR, A)}, "Nông Văn A (2024). Nhan đề. Xã Đông Khê."),
        ({}, "Xã Đông Khê (2024). Nhan đề."),
        ({"issued": None}, "Xã Đông Khê (k.n.). Nhan đề."),
        ({"is_demo": True}, "Xã Đông Khê (2024). Nhan đề. Ấn phẩm minh họa."),
        (
            {"title": unicodedata.normalize("NFD", "Đường về?"), "subtitle": "Ký"},
            "Xã Đông Khê (2024). Đường về?: Ký.",
        ),
        ({"creators": (A,)}, "Nông Văn A (2024). Nhan đề. Xã Đông Khê."),
        (
            {"creators": (A,), "publisher_place": "Cao Bằng"},
            "Nông Văn A (2024). Nhan đề. Cao Bằng: Xã Đông Khê.",
        ),
        (
            {"creators": (A, Creator(name="Xã  Đông Khê", role="issuer"))},
            "Nông Văn A (2024). Nhan đề. Xã Đông Khê.",
        ),
        (
            {"creators": (A, Creator(name="Xã  Đông Khê"))},
            "Nông Văn A, Xã Đông Khê (2024). Nhan đề.",
        ),
        ({"creators": (A,), "publisher": "NXB Ví Dụ"}, "Nông Văn A (2024). Nhan đề. NXB Ví Dụ."),
        ({"creators": (A,), "unit_name": ""}, "Nông Văn A (2024). Nhan đề."),
        (
            {
                "creators": (A,),
                "unit_name": UNKNOWN_UNIT_NAME,
                "unit_code": UNKNOWN_UNIT_CODE,
            },
            "Nông Văn A (2024). Nhan đề.",
        ),
        (
            {"publisher_place": "Cao Bằng", "publisher": "NXB Ví Dụ", "edition": "In lần 2"},
            "Xã Đông Khê (2024). Nhan đề. In lần 2. Cao Bằng: NXB Ví Dụ.",
        ),
    ],
)
def test_citation_names_who_when_what_and_where(changed: dict[str, object], words: str) -> None:
    fields = {
        "title": "Nhan đề",
        "unit_name": "Xã Đông Khê",
        "issued": IssueDate(2024, 7),
        **changed,
    }
    assert cite(described(**{**EMPTY, **fields})) == words


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"creators": (EDITOR,), "issued": None}, "Lý Văn E (editor) (n.d.). Nhan đề."),
        ({"creators": (A, B, C, D)}, "Nông Văn A and others (2024). Nhan đề."),
        ({"creators": (A,), "is_demo": True}, "Nông Văn A (2024). Nhan đề. Sample publication."),
    ],
)
def test_citation_on_an_english_page_says_in_english_what_is_ours(
    changed: dict[str, object], words: str
) -> None:
    fields = {"title": "Nhan đề", "unit_name": "", "issued": IssueDate(2024, 7), **changed}
    record = described(**{**EMPTY, **fields})
    translations = read_translations(ROOT / "translations" / "en")
    speak(translations.gettext, None)
    try:
        assert cite(record) == words
        assert plain(record)["citation"] == cite_in_vietnamese(record)
    finally:
        speak(None, None)
    assert cite(record) == cite_in_vietnamese(record)


def cite_in_vietnamese(record: Description) -> str:
    with in_vietnamese():
        return cite(record)


def published(record: Description) -> tuple[str, str, str]:
    """The publisher in BibTeX, RIS and CSL-JSON, "" where there is none."""
    (entry,) = read_bibtex(b"".join(bibtex([record])).decode())
    lines = b"".join(ris([record])).decode().split("\r\n")
    (item,) = json.loads(b"".join(csl_json([record])))
    return (
        entry.get("publisher", entry.get("organization", "")).strip("{}"),
        "".join(line.removeprefix("PB  - ") for line in lines if line.startswith("PB")),
        item.get("publisher", ""),
    )


@pytest.mark.parametrize("kind", ["book", "leaflet"])
def test_unit_stands_for_the_publisher_where_none_is_known(kind: str) -> None:
    fields = {**EMPTY, "kind": kind, "unit_name": "Xã Đông Khê"}
    assert published(described(**{**fields, "creators": (A,)})) == ("Xã Đông Khê",) * 3
    known = {**fields, "creators": (A,), "publisher": "NXB V"}
    assert published(described(**known)) == ("NXB V",) * 3
    assert published(described(**fields)) == ("",) * 3, "the author already"
    pictures = (Creator(name="Đàm C", role="photographer"),)
    assert published(described(**{**fields, "creators": pictures})) == ("", "Xã Đông Khê", "")


def test_catalogue_records_name_no_publisher_that_the_record_does_not() -> None:
    """What a cataloguer copies from the piece itself is not made up."""
    record = described(**{**EMPTY, "unit_name": "Xã Đông Khê", "creators": (A,), "issued": None})
    made = b"".join(FORMATS["marcxml"].write([record])).decode()
    assert 'tag="264" ind1=" " ind2="1"' not in made


EMPTY = dict.fromkeys(("subtitle", "edition", "publisher", "publisher_place", "series"), "") | {
    "volume": "",
    "creators": (),
}


@pytest.mark.parametrize(
    ("name", "is_body"),
    [
        ("Trường THCS Đề Thám", True),
        ("Trương Văn A", False),
        ("Sở Văn hóa, Thể thao và Du lịch", True),
        ("Đoàn Thị Điểm", False),
        ("Đoàn Thanh niên xã", True),
        ("Nhóm biên soạn minh họa", True),
        ("BAN TUYÊN GIÁO", True),
        ("Bế Văn Đàn", False),
        (unicodedata.normalize("NFD", "Tỉnh ủy Cao Bằng"), True),
        ("Tỉnh uỷ Cao Bằng", True),
        ("Tô Hoài", False),
        ("Vũ Trọng Phụng", False),
    ],
)
def test_body_is_told_from_a_person_by_how_its_name_begins(name: str, is_body: bool) -> None:
    assert looks_like_body(name) is is_body


def test_sponsor_is_a_body_whatever_it_is_called() -> None:
    assert looks_like_body("Xuân Trường", "sponsor")
