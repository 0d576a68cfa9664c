"""Units: a new name reaches the pages and the facets."""

from __future__ import annotations

from archive.core.roles import SYSTEM
from archive.services.units import UnitInput, find_unit, update_unit


def test_renamed_unit_is_found_under_its_new_name(client, holdings, deposited, work):
    deposited(title="Về nguồn")
    work()
    with holdings.database.writing() as session:
        unit = find_unit(session, "so-van-hoa")
        given = UnitInput(code=unit.code, name="Sở Văn hóa, Thể thao và Du lịch")
        update_unit(session, unit_id=unit.id, given=given, by=SYSTEM)
        session.commit()
    work()
    facets = client.get("/api/v1/search?q=ve+nguon").json["facets"]
    assert [value["label"] for value in facets["unit"]] == ["Sở Văn hóa, Thể thao và Du lịch"]
