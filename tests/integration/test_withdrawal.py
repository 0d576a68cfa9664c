"""What is taken away is gone at the next request, before the worker has come round."""

from __future__ import annotations

import pytest

from archive.core.roles import SYSTEM, Access, Role
from archive.core.status import Status
from archive.models import Publication, Stage
from archive.services import reviews
from archive.services.jobs import enqueue


def counts(client) -> tuple[int, int, int]:
    """Works, pages, and works under the theme's facet."""
    answer = client.get("/api/v1/search?q=pac+bo").json
    themes = {value["value"]: value["count"] for value in answer["facets"]["theme"]}
    return answer["total"], answer["total_pages"], themes.get("Du lịch", 0)


def test_withdrawn_publication_is_not_even_counted_at_the_next_request(
    client, signed_in, holdings, deposited, work
):
    gone, stays = deposited(title="Sẽ thu hồi"), deposited(title="Ở lại")
    work()
    assert counts(client) == (2, 2, 2)
    with holdings.database.writing() as session:
        publication = session.get_one(Publication, gone)
        reviews.withdraw(session, publication, by=SYSTEM, note="Bản in có lỗi")
        session.commit()
    for reader in (client, signed_in(Role.CURATOR)):
        assert counts(reader) == (1, 1, 1)
        assert gone not in reader.get("/").get_data(as_text=True)
    found = client.get("/api/v1/search?q=pac+bo").json["items"]
    assert [item["id"] for item in found] == [stays]


@pytest.mark.parametrize("access", [Access.INTERNAL, Access.RESTRICTED])
def test_publication_closed_after_indexing_is_counted_for_nobody_outside(
    client, holdings, deposited, work, access
):
    closed = deposited()
    work()
    with holdings.database.writing() as session:
        session.get_one(Publication, closed).access = access
        enqueue(session, Stage.INDEX, publication_id=closed)
        session.commit()
    assert counts(client) == (0, 0, 0)


def test_draft_waiting_for_the_index_hides_nothing_else(client, deposited, work):
    deposited(title="Đã nhận")
    work()
    deposited(title="Bản nháp", status=Status.DRAFT)
    assert counts(client)[0] == 1
