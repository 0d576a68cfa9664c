"""MARC 21: what stands in which field, and files that another reader opens."""

from __future__ import annotations

import unicodedata

import pytest
from lxml import etree
from pymarc import MARCReader, Record

from archive.core.dates import IssueDate
from archive.core.vocabulary import KINDS
from archive.metadata.csl import item
from archive.metadata.description import Creator
from archive.metadata.formats import FORMATS
from archive.metadata.issn import has_right_issn_digit
from archive.metadata.marc import marc_record
from archive.metadata.marc_files import iso_2709, marcxml
from archive.metadata.ris import ris
from tests.unit.metadata.described import ATTACK, URL, bare, described, hostile
from tests.unit.metadata.rules import MARC, marcxml_faults


def lines_of(record: Record, *tags: str) -> list[str]:
    """`245 10 $a … $c …`, as a cataloguer reads it."""
    return [
        f"{field.tag} {''.join(field.indicators)} "
        + " ".join(f"${subfield.code} {subfield.value}" for subfield in field.subfields)
        for field in record.get_fields(*tags)
    ]


def test_whole_record_reads_as_a_cataloguer_writes_it() -> None:
    record = marc_record(described())
    assert lines_of(record, "020", "022", "041") == [
        "020    $z 978-604-57-1234-5",
        "022    $a 1859-0012",
        "041  7 $a vie $a tyz $2 iso639-3",
    ]
    assert lines_of(record, "100", "110", "245", "246", "250", "264", "300") == [
        "100 0  $a Bế Thị B, $e tác giả $4 aut",
        "245 10 $a Đông Khê, ba ngày tháng chín : $b Kỷ niệm 75 năm / $c Nông Văn A chủ biên.",
        "246 3  $a Đông Khê 1950",
        "250    $a In lần thứ 2.",
        "264  1 $a Cao Bằng : $b Nhà xuất bản Ví Dụ, $c 2024.",
        "264  3 $b Công ty in Ví Dụ.",
        "300    $a 120 tr. ; $c 14,5 x 20,5 cm",
    ]
    assert lines_of(record, "490", "500", "505", "506", "520", "521", "540", "830") == [
        "490 1  $a Tủ sách Ví Dụ ; $v Tập 2",
        "500    $a Giấy phép xuất bản: 12/GP-VD, 06/05/2024.",
        "500    $a Số lượng in: 1000.",
        "500    $a Nhiệm vụ: Kế hoạch ví dụ.",
        "505 0  $a Chương 1 -- Chương 2",
        "506 0  $a Công khai",
        "520    $a Tóm tắt một dòng.",
        "521    $a Chi bộ",
        "521 2  $a 8",
        "521 2  $a 9",
        "540    $a Được dùng lại, ghi nguồn",
        "830  0 $a Tủ sách Ví Dụ ; $v Tập 2",
    ]
    assert lines_of(record, "600", "647", "650", "651", "655", "658") == [
        "600 07 $a La Văn Cầu $2 local",
        "647  7 $a Trận Đông Khê (16–18/9/1950) $2 local",
        "650  7 $a Lịch sử cách mạng $2 local",
        "651  7 $a Đông Khê $2 local",
        "651  7 $a Pác Bó $x Di tích $2 local",
        "655  7 $a Sách $2 local",
        "658    $a Lịch sử $2 local",
    ]
    assert lines_of(record, "700", "710", "856") == [
        "700 0  $a Nông Văn A, $e chủ biên $4 edt",
        "710 2  $a Ban Tuyên giáo, $e cơ quan chủ trì $4 spn",
        "710 2  $a Xã Đông Khê, $e cơ quan ban hành $4 isb",
        f"856 41 $u {URL}/tep/1 $q application/pdf $s 1234 bytes $x sha256:{'ab' * 32} "
        "$y đông khê.pdf",
        f"856 42 $3 Trang ấn phẩm $u {URL}",
    ]


def test_control_fields_have_their_lengths_and_positions() -> None:
    record = marc_record(described())
    coded = {tag: record[tag].data for tag in ("001", "003", "005", "006", "007", "008")}
    assert coded["001"] == "0123456789ab"
    assert coded["003"] == "kho.example"
    assert coded["005"] == "20250102100405.0"
    assert len(coded["006"]) == 18
    assert (coded["006"][0], coded["006"][6], coded["006"][9]) == ("m", "o", "d")
    assert len(coded["007"]) == 14
    fixed = coded["008"]
    assert len(fixed) == 40
    # Entered on 2 August in Vietnam, where it is seven hours later.
    assert fixed[:6] == "240802"
    assert (fixed[6], fixed[7:15], fixed[15:18]) == ("e", "202407  ", "vm ")
    assert (fixed[22], fixed[35:38], fixed[39]) == ("j", "vie", "d")


@pytest.mark.parametrize(
    ("issued", "coded"),
    [
        (None, "nuuuuuuuu"),
        (IssueDate(2024), "s2024    "),
        (IssueDate(2024, 7), "e202407  "),
        (IssueDate(2024, 7, 15), "e20240715"),
    ],
)
def test_date_is_coded_as_far_as_it_is_known(issued: IssueDate | None, coded: str) -> None:
    assert marc_record(described(issued=issued))["008"].data[6:15] == coded


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_leader_and_008_of_its_type(kind: str) -> None:
    record = marc_record(described(kind=kind))
    expected = {"song_book": "c", "map": "e", "poster": "k", "exhibition": "k"}.get(kind, "a")
    assert str(record.leader)[5:10] == f"n{expected}m a"
    assert len(record["008"].data) == 40
    if expected == "e":
        assert record["008"].data[25] == "a"


def test_song_book_is_notated_music_in_every_format_that_knows_it() -> None:
    songs = described(kind="song_book")
    record = marc_record(songs)
    assert record["336"].format_field() == "notated music ntm rdacontent"
    assert record["338"]["b"] == "nc"
    # Songs, for pupils.
    assert (record["008"].data[18:20], record["008"].data[22]) == ("sg", "j")
    assert item(songs)["type"] == "musical_score"
    assert b"".join(ris([songs])).startswith(b"TY  - MUSIC")


@pytest.mark.parametrize(
    ("typed", "main", "codes"),
    [
        (("vi",), "vie", "$a vie"),
        (("vi", "en"), "vie", "$a vie $a eng"),
        (("hmn",), "hmn", "$a hmn"),
        (("tyz",), "tai", "$a tyz $2 iso639-3"),
        (("nut", "vi"), "tai", "$a nut $a vie $2 iso639-3"),
        (("ium",), "mis", "$a ium $2 iso639-3"),
        (("zh", "ium"), "chi", "$a zho $a ium $2 iso639-3"),
        (("tiếng lạ",), "und", None),
        ((), "und", None),
    ],
)
def test_language_is_coded_in_marcs_list_or_else_in_iso_639_3(
    typed: tuple[str, ...], main: str, codes: str | None
) -> None:
    record = marc_record(described(languages=typed))
    assert record["008"].data[35:38] == main
    found = lines_of(record, "041")
    assert [line[7:] for line in found] == ([codes] if codes else [])


def test_right_isbn_is_a_number_and_a_wrong_one_is_kept_as_wrong() -> None:
    right, wrong = "978-632-622-303-3", "978-604-00-0000-1"
    assert lines_of(marc_record(described(isbn=f"{right}; {wrong}")), "020") == [
        "020    $a 9786326223033",
        f"020    $z {wrong}",
    ]
    assert lines_of(marc_record(described(issn="1859-0013")), "022") == ["022    $y 1859-0013"]


@pytest.mark.parametrize(
    ("printed", "is_right"),
    [
        ("0317-8471", True),
        ("2434-561X", True),
        ("03178471", True),
        ("0317-8472", False),
        ("", False),
    ],
)
def test_issn_is_checked_by_its_last_character(printed: str, is_right: bool) -> None:
    assert has_right_issn_digit(printed) is is_right


def test_body_is_a_main_entry_only_as_an_author() -> None:
    body = Creator(name="Ban Tuyên giáo", is_body=True)
    record = marc_record(described(creators=(body,)))
    assert lines_of(record, "110", "245")[0] == "110 2  $a Ban Tuyên giáo"
    assert lines_of(record, "245")[0].startswith("245 10")
    edited = marc_record(described(creators=(Creator(name="A", role="editor"),)))
    assert edited.get_fields("100", "110") == []
    assert lines_of(edited, "245")[0].startswith("245 00")


def test_record_of_a_title_alone_holds_nothing_that_nobody_said() -> None:
    record = marc_record(bare())
    assert [field.tag for field in record.fields] == [
        *("001", "003", "005", "008", "040", "245", "336", "337", "338", "506", "655", "856"),
    ]


def test_embargo_and_access_are_told() -> None:
    from datetime import date

    closed = described(access="restricted", embargo_until=date(2027, 1, 2))
    assert lines_of(marc_record(closed), "506") == [
        "506 1  $a Hạn chế (đơn vị nộp và cơ quan thường trực) $g 20270102"
    ]


def test_iso_2709_is_read_back_by_another_reader() -> None:
    decomposed = unicodedata.normalize("NFD", "Đường về Pác Bó")
    data = b"".join(iso_2709([described(), bare(), described(title=decomposed)]))
    records = list(MARCReader(data))
    assert len(records) == 3
    assert [record["245"]["a"] for record in records if record] == [
        "Đông Khê, ba ngày tháng chín :",
        "Không rõ gì.",
        "Đường về Pác Bó :",
    ]
    assert "Đông Khê".encode() in data
    assert b"\x1b" not in data, "UTF-8, and no escapes of MARC-8"


def test_long_notes_become_several_fields_and_are_whole() -> None:
    abstract = " ".join(f"chữ{n}" for n in range(4000))
    data = b"".join(iso_2709([described(abstract=abstract)]))
    record = next(MARCReader(data))
    assert record is not None
    notes = [field["a"] for field in record.get_fields("520")]
    assert len(notes) > 2
    assert " ".join(notes) == abstract


def test_record_too_long_for_iso_2709_says_where_the_whole_is() -> None:
    long = described(
        abstract="Ộ " * 10_000,
        contents="Ộ" * 20_000,
        themes=tuple(f"Chủ đề {n} " + "ộ" * 290 for n in range(100)),
    )
    data = b"".join(iso_2709([long, described()]))
    first, second = list(MARCReader(data))
    assert first is not None
    assert second is not None
    assert len(first.as_marc()) <= 99_999
    assert URL in " ".join(lines_of(first, "500"))
    assert lines_of(first, "245")
    assert not marcxml_faults(b"".join(marcxml([long], single=True)))


def test_hostile_record_stays_one_record_with_its_fields() -> None:
    data = b"".join(iso_2709([hostile(), described()]))
    assert len(list(MARCReader(data))) == 2
    xml = b"".join(marcxml([hostile(), described()]))
    assert marcxml_faults(xml) == []
    root = etree.fromstring(xml)
    assert len(root) == 2
    titles = root.findall(f".//{MARC}datafield[@tag='245']/{MARC}subfield[@code='a']")
    assert (titles[0].text or "").startswith("=cmd|'/C calc'!A0 <b>&amp;")
    assert "Đường về Pác Bó" in (titles[0].text or "")
    assert ATTACK.count("\r\n") == 3


def test_marcxml_of_one_is_a_record_and_of_several_a_collection() -> None:
    one = b"".join(FORMATS["marcxml"].write_one([described()]))
    none, two = (b"".join(FORMATS["marcxml"].write(list_)) for list_ in ([], [described(), bare()]))
    assert etree.fromstring(one).tag == f"{MARC}record"
    assert len(etree.fromstring(none)) == 0
    assert len(etree.fromstring(two)) == 2
    assert [marcxml_faults(xml) for xml in (one, none, two)] == [[], [], []]


def test_rules_see_what_the_schema_refuses() -> None:
    good = b"".join(marcxml([described()], single=True))
    for before, after in (
        (b'ind1="1"', b'ind1="XX"'),
        (b'code="a"', b'code=" "'),
        (b'tag="245"', b'tag="24"'),
        (b"4500</leader>", b"450</leader>"),
        (b'<controlfield tag="001"', b'<controlfield tag="010"'),
    ):
        assert marcxml_faults(good.replace(before, after)), after
