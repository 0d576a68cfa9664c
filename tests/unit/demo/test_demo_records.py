import json
import os
import re
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from archive.demo import publications as module
from archive.demo.markup import read_text
from archive.demo.publications import ACCESS, KINDS, STATUSES, publications, units

ALL = publications()
FACTS = Path(__file__).parents[4] / "shared" / "facts"
with_facts = pytest.mark.skipif(
    not FACTS.is_dir() and os.environ.get("CI") != "true",
    reason="the folder of facts is not beside the checkout",
)
SUBJECTS = {
    "Hoạt động trải nghiệm",
    "Đạo đức",
    "Âm nhạc",
    "Lịch sử",
    "Lịch sử và Địa lí",
    "Giáo dục công dân",
    "Ngữ văn",
    "Nghệ thuật (Âm nhạc, Mĩ thuật)",
    "Nội dung giáo dục của địa phương",
    "Hoạt động trải nghiệm, hướng nghiệp",
    "Giáo dục quốc phòng và an ninh",
}
NUMBERS_WE_NEVER_INVENT = re.compile(
    r"97[89][- ]?\d|ISBN\s*[:\d]|Q[ĐD]XB|ĐKXB|CXBIPH|GPXB|lưu chiểu|In \d[\d.]* (cuốn|bản|tờ)"
    r"|[Gg]iấy phép (xuất bản )?số",
)


@pytest.fixture(params=ALL, ids=lambda publication: publication.slug)
def publication(request):
    return request.param


def test_there_are_enough_publications_of_enough_units_and_every_kind():
    assert len(ALL) >= 26
    assert len({p.unit for p in ALL}) >= 8
    assert {p.kind for p in ALL} == set(KINDS)


def test_every_year_of_the_scheme_is_there():
    assert {p.year for p in ALL} >= set(range(2019, 2026))


def test_access_levels_statuses_and_outputs_are_all_shown():
    assert Counter(p.access for p in ALL)["internal"] >= 1
    assert Counter(p.access for p in ALL)["restricted"] >= 1
    assert Counter(p.status for p in ALL)["submitted"] == 2
    assert [p.slug for p in ALL if p.status == "returned" and p.review_note]
    assert sum(p.embargo_until is not None for p in ALL) == 1
    assert {output for p in ALL for output in p.outputs} == {"pdf", "scan_pdf", "tiff", "docx"}


def test_publications_come_oldest_first():
    assert [p.issued for p in ALL] == sorted(p.issued for p in ALL)


def test_record_values_are_those_of_the_contract(publication):
    p = publication
    assert p.kind in KINDS
    assert p.access in ACCESS
    assert p.status in STATUSES
    assert (p.status == "returned") == bool(p.review_note)
    assert date(2019, 1, 1) <= date.fromisoformat(p.issued) <= date(2026, 11, 22)
    assert p.embargo_until is None or date.fromisoformat(p.embargo_until) > date(2030, 1, 1)
    assert p.unit in {unit.code for unit in units()}
    assert set(p.language) <= {"vi", "en"}
    assert set(p.grades) <= {str(grade) for grade in range(1, 13)}
    assert set(p.subjects) <= SUBJECTS
    assert p.title
    assert p.abstract.endswith(".")
    assert p.themes
    assert p.audiences
    assert p.outputs
    assert p.facts


def test_no_publisher_licence_isbn_or_print_run_is_invented(publication):
    record = (module.HERE / "publications" / publication.slug / "record.json").read_text("utf-8")
    assert publication.publisher == ""
    assert not NUMBERS_WE_NEVER_INVENT.search(record + publication.text)


def test_text_and_record_are_composed_unicode(publication):
    folder = module.HERE / "publications" / publication.slug
    for path in (folder / "record.json", folder / "text.md"):
        words = path.read_text(encoding="utf-8")
        assert unicodedata.is_normalized("NFC", words), path.name
        assert "\u00a0" not in words
        assert "ð" not in words


def test_text_is_readable_and_has_chapters(publication):
    _, sections = read_text(publication.text)
    assert sections
    assert all(section.blocks[1:] for section in sections)


def test_texts_before_the_merger_do_not_know_it(publication):
    if publication.issued < "2025-07-01":
        assert "1/7/2025" not in publication.text
        assert "phường Thục Phán" not in publication.text


def test_texts_do_not_know_documents_of_later_days(publication):
    if publication.issued < "2025-01-17":
        assert "414-KH/TU" not in publication.text
    if publication.issued < "2019-08-13":
        assert "19-ĐA/TU" not in publication.text + publication.plan_task


def test_units_name_parents_and_successors_that_exist_and_do_not_circle():
    codes = [unit.code for unit in units()]
    assert len(codes) == len(set(codes))
    for unit in units():
        assert unit.parent is None or codes.index(unit.parent) < codes.index(unit.code)
        assert unit.successor is None or unit.successor in codes
        assert unit.successor != unit.code
        for day in (unit.valid_from, unit.valid_to):
            assert day is None or date.fromisoformat(day)


def test_a_unit_deposits_only_while_it_exists(publication):
    unit = next(unit for unit in units() if unit.code == publication.unit)
    assert unit.valid_from is None or unit.valid_from <= publication.issued
    assert unit.valid_to is None or publication.issued <= unit.valid_to


def test_the_slug_is_the_folder_and_starts_with_the_year(publication):
    assert re.fullmatch(r"\d{4}(-[a-z0-9]+)+", publication.slug)
    if publication.kind != "calendar":
        assert publication.slug.startswith(str(publication.year))


def test_the_readme_tells_the_facts_of_every_publication():
    readme = (module.HERE / "README.md").read_text(encoding="utf-8")
    for p in ALL:
        assert p.slug in readme
        assert p.title in readme


@with_facts
def test_the_table_of_old_names_is_the_one_of_the_facts():
    places = json.loads((FACTS / "places.json").read_text(encoding="utf-8"))["places"]
    by_id = {place["id"]: place for place in places}
    new = [p for p in places if p["level"] == 2 and p["valid_from"] == "2025-07-01"]
    assert len(new) == 56
    text = next(p for p in ALL if p.slug == "2025-ten-moi-tren-que-huong").text
    short = {"thị trấn": "tt ", "phường": "p ", "xã": ""}
    spelling = (("Hoà ", "Hòa "), ("Thuỷ", "Thủy"), ("Phong Nậm", "Phong Nặm"))
    for place in new:
        for old in (by_id[code] for code in place["formed_from"]):
            name = old["name"]
            for before, after in spelling:
                name = name.replace(before, after)
            row = rf"\| {short[old['type']]}{name} \| [^|]+ \| {place['type']} {place['name']} \|"
            assert re.search(row, text), (old["name"], place["name"])


@with_facts
def test_no_title_is_that_of_a_real_product():
    rows = (FACTS / "products.tsv").read_text(encoding="utf-8").splitlines()[1:]
    real = {row.split("\t")[0].casefold() for row in rows}
    assert not real & {p.title.casefold() for p in ALL}


@with_facts
def test_full_dates_of_before_2019_are_dates_of_the_facts(publication):
    facts = "".join(path.read_text(encoding="utf-8") for path in FACTS.iterdir())
    known = {
        "1/7/2025",  # in the facts as 01/7/2025
        *re.findall(r"(?<!\d)\d{1,2}/\d{1,2}/(?:1[4-9]\d\d|20[01]\d)(?!\d)", facts),
    }
    for row in (FACTS / "anniversaries.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        days, month, year = row.split("\t")[:3]
        for day in range(*_span(days)):
            known.add(f"{day}/{month}/{year}")
    said = set(
        re.findall(r"(?<![\d–])(\d{1,2}/\d{1,2}/(?:1[4-9]\d\d|200\d|201[0-8]))", publication.text)
    )
    wrong_on_purpose = {"22/12/1941"}  # an answer to tick, and not the right one
    assert said - known - wrong_on_purpose <= WITHIN_A_SPAN


WITHIN_A_SPAN = {"19/5/1941", "18/9/1950", "16/9/1950", "21/2/1961", "20/2/1961"}


def _span(days):
    first, _, last = days.partition("-")
    return (int(first), int(last or first) + 1) if first else (0, 0)
