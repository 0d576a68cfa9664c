"""An old district is found by what it became and the other way round, in words and filters."""

from __future__ import annotations

import pytest

from archive.core.dates import parse_issue_date
from archive.core.roles import ANYONE, SYSTEM
from archive.core.status import Status
from archive.search.requests import SearchRequest
from archive.services import catalogue
from archive.services.authorities import editing
from archive.services.authorities.editing import AuthorityInput
from archive.services.authorities.loading import load_facts
from archive.services.deposits import deposit
from archive.services.records import RecordInput
from archive.services.searching import search
from archive.services.units import unknown_unit

RECORDS = {
    "cu2019": ("2019", "huyện Phục Hòa"),
    "moi2026": ("2026", "xã Phục Hòa"),
    "hoaan": ("2022", "Hoà An"),
    "namtuan": ("2026", "xã Nam Tuấn"),
    "thongnong": ("2019", "huyện Thông Nông"),
    "canyen": ("2026", "xã Cần Yên"),
    "truongha": ("2026", "xã Trường Hà"),
    "tralinh": ("2019-05", "huyện Trà Lĩnh"),
    "tralinhmoi": ("2026", "xã Trà Lĩnh"),
    "tinh": ("2022", "Cao Bằng"),
    "pacbo": ("2021", "Pác Bó"),
}


@pytest.fixture
def found(holdings, work):
    with holdings.database.writing() as session:
        load_facts(session)
        for name, (issued, place) in RECORDS.items():
            deposit(
                session,
                holdings,
                publication_id=name.ljust(12, "0"),
                record=RecordInput(
                    title=f"Tập {len(name)}",
                    issued=parse_issue_date(issued),
                    values={"places": (place,), "people": ("Nông Văn Dèn",)},
                ),
                files=(),
                unit=unknown_unit(session),
                status=Status.ACCEPTED,
                by=SYSTEM,
            )
        session.commit()
    work()

    def run(**asked):
        with holdings.database.reading() as session:
            request = SearchRequest(
                viewer=catalogue.viewer_of(ANYONE), per_page=100, facet_values=500, **asked
            )
            results = search(session, holdings.index, request, actor=ANYONE)
            return {item.work_id.rstrip("0") for item in results.items}, results.results.facets

    return run


def names(*wanted: str) -> set[str]:
    return {name.ljust(12, "0").rstrip("0") for name in wanted}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("xã Phục Hòa", {"cu2019", "moi2026"}),
        ("huyện Phục Hòa", {"cu2019", "moi2026"}),
        ('"huyện Hòa An"', {"hoaan", "namtuan"}),
        ("xã Nam Tuấn", {"hoaan", "namtuan"}),
        ("huyện Thông Nông", {"thongnong", "canyen"}),
        ("xã Cần Yên", {"thongnong", "canyen"}),
        ("Trà Lĩnh", {"tralinh", "tralinhmoi"}),
        ("huyện Hà Quảng", {"thongnong", "canyen", "truongha", "pacbo"}),
    ],
)
def test_words_reach_over_the_years(found, query, wanted):
    assert found(query=query)[0] == names(*wanted)


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("xã Phục Hòa", {"cu2019", "moi2026"}),
        ("huyện Phục Hòa", {"cu2019", "moi2026"}),
        ("Phục Hòa", {"cu2019", "moi2026"}),
        ("huyện Hòa An", {"hoaan", "namtuan"}),
        ("Hoà An", {"hoaan"}),
        ("xã Cần Yên", {"canyen", "thongnong"}),
        ("huyện Hà Quảng", {"thongnong", "canyen", "truongha", "pacbo"}),
        ("xã Trường Hà", {"truongha", "pacbo"}),
        ("tỉnh Cao Bằng", set(RECORDS)),
    ],
)
def test_filter_of_a_place_reaches_over_the_years(found, place, wanted):
    assert found(places=(place,))[0] == names(*wanted)


def test_every_count_is_what_choosing_it_finds_and_only_own_places_are_offered(found):
    _, facets = found()
    counts = {count.value: count.count for count in facets["place"]}
    assert set(counts) == {
        "huyện Phục Hòa",
        "xã Phục Hòa",
        "huyện Hòa An",
        "xã Nam Tuấn",
        "huyện Thông Nông",
        "xã Cần Yên",
        "xã Trường Hà",
        "huyện Trà Lĩnh",
        "xã Trà Lĩnh",
        "tỉnh Cao Bằng",
        "Pác Bó",
    }
    for place, count in counts.items():
        chosen, again = found(places=(place,))
        assert len(chosen) == count, place
        assert {(c.value, c.count) for c in again["place"]} == set(counts.items())


def test_person_is_found_by_a_name_the_record_does_not_say(found):
    assert found(query="Kim Đồng")[0] == names(*RECORDS)
    assert found(people=("Kim Đồng",))[0] == names(*RECORDS)


def test_index_follows_a_changed_succession(found, holdings, work):
    with holdings.database.writing() as session:
        place = editing.find_authority(session, "d051")
        given = AuthorityInput(
            name=place.name,
            variants=editing.variants_text(place),
            type=place.type,
            valid_to=place.valid_to,
            parent=place.parent_id or "",
            successors="n01392",
        )
        assert editing.update_authority(session, place, given, by=SYSTEM)
        session.commit()
    work()
    assert "hoaan" in found(places=("xã Trường Hà",))[0]
    assert "truongha" in found(query="huyện Hòa An")[0]
