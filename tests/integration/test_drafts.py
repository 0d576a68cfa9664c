"""Drafts: they may wait for a date and for files, but curators get them complete."""

from __future__ import annotations

import io

from archive.core.roles import Role
from tests.conftest import find_publication, post, token_of


def send(client, path, pdf=None, **typed):
    data = {"csrf_token": token_of(client, "/nop"), "unit": "so-van-hoa", "kind": "book"}
    data |= {"access": "public", "action": "submit", **typed}
    if pdf is not None:
        data["files"] = (io.BytesIO(pdf), "tep.pdf")
    return client.post(path, data=data, content_type="multipart/form-data")


def test_draft_needs_no_date_or_file_but_is_not_submitted_without_them(signed_in, holdings, pdf):
    client = signed_in(Role.DEPOSITOR)
    answer = send(client, "/nop", title="Nháp trước đã", issued="", action="draft")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    path = answer.location
    told = post(client, f"{path}/nop-lai", {}, follow_redirects=True).get_data(as_text=True)
    assert "Cần ngày phát hành" in told
    answer = send(client, f"{path}/sua", title="Nháp trước đã", issued="2024")
    assert answer.status_code == 422
    assert "Chọn ít nhất một tệp" in answer.get_data(as_text=True)
    answer = send(client, f"{path}/sua", pdf, title="Đủ rồi", issued="2024")
    assert answer.status_code == 302
    found = find_publication(holdings, path.rsplit("/", 1)[1])
    assert (found.title, found.status.value, found.object_version) == ("Đủ rồi", "submitted", 1)
    assert list(holdings.records.latest()) == []


def test_form_without_a_date_is_not_submitted(signed_in, pdf):
    client = signed_in(Role.DEPOSITOR)
    answer = send(client, "/nop", pdf, title="Thiếu ngày", issued="")
    assert answer.status_code == 422
    assert "Nhập ngày phát hành." in answer.get_data(as_text=True)
