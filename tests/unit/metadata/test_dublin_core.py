"""Dublin Core: the fifteen elements as OAI-PMH wraps them, and DCMI terms."""

from __future__ import annotations

from lxml import etree

from archive.core.dates import IssueDate
from archive.metadata.dublin_core import dcterms, oai_dc, statements
from tests.unit.metadata.described import URL, bare, described, hostile
from tests.unit.metadata.rules import DC, DCTERMS, XSI_TYPE, dcterms_faults, oai_dc_faults


def one(write: object, description: object) -> bytes:
    return b"".join(write([description], single=True))  # type: ignore[operator]


def test_every_kind_of_record_keeps_to_the_schemas() -> None:
    for description in (described(), bare(), hostile(), described(issued=IssueDate(2024, 7, 5))):
        assert oai_dc_faults(one(oai_dc, description)) == []
        assert dcterms_faults(one(dcterms, description)) == []


def test_simple_elements_say_what_they_can() -> None:
    root = etree.fromstring(one(oai_dc, described()))

    def values(name: str) -> list[str | None]:
        return [child.text for child in root.findall(f"{DC}{name}")]

    assert values("title") == ["Đông Khê, ba ngày tháng chín: Kỷ niệm 75 năm", "Đông Khê 1950"]
    assert values("creator") == ["Bế Thị B"]
    assert "Nông Văn A (chủ biên)" in values("contributor")
    assert values("date") == ["2024-07"]
    assert values("language") == ["vi", "tyz"]
    assert values("coverage") == ["Đông Khê"]
    assert "Pác Bó" in values("subject")
    assert values("identifier")[:2] == [URL, "ISBN 978-604-57-1234-5"]
    assert values("relation") == ["Tủ sách Ví Dụ; Tập 2"]


def test_terms_keep_what_the_elements_lose() -> None:
    root = etree.fromstring(one(dcterms, described()))
    found = {(etree.QName(child).localname, child.text): child.get(XSI_TYPE, "") for child in root}
    assert found["issued", "2024-07"] == "dcterms:W3CDTF"
    assert found["spatial", "Đông Khê"] == ""
    assert found["tableOfContents", "Chương 1\nChương 2"] == ""
    assert found["educationLevel", "Lớp 8"] == ""
    assert found["audience", "Chi bộ"] == ""
    assert found["language", "tyz"] == "dcterms:RFC4646"
    assert root[0].tag == f"{DCTERMS}title"


def test_list_is_one_document() -> None:
    for write in (oai_dc, dcterms):
        root = etree.fromstring(b"".join(write([described(), hostile()])))
        assert (root.tag, len(root)) == ("records", 2)


def test_nothing_is_said_that_nobody_knows() -> None:
    assert [term for term, *_ in statements(bare())] == [
        *("title", "type", "type", "identifier", "accessRights"),
    ]
