"""What people ask in their first hour, answered."""

from __future__ import annotations

from archive.core.roles import SYSTEM, Role
from archive.core.status import Status
from archive.models import Publication, User
from archive.services import accounts, reviews
from tests.conftest import post, sign_in


def test_newest_is_what_was_accepted_last_not_what_was_sent_last(client, holdings, deposited):
    waited = deposited(title="Gửi trước, nhận sau", status=Status.SUBMITTED)
    deposited(title="Gửi sau, nhận trước")
    with holdings.database.writing() as session:
        reviews.accept(session, session.get_one(Publication, waited), by=SYSTEM)
        session.commit()
    home = client.get("/").get_data(as_text=True)
    assert home.index("Gửi trước, nhận sau") < home.index("Gửi sau, nhận trước")


def test_blocked_account_learns_so_only_with_its_password(client, signed_in, holdings):
    signed_in(Role.READER, email="doc@example.org")
    with holdings.database.writing() as session:
        user = session.query(User).filter_by(email="doc@example.org").one()
        accounts.block_user(session, user_id=user.id, by=SYSTEM)
        session.commit()
    assert "đang bị khóa" in sign_in(client, "doc@example.org").get_data(as_text=True)
    guess = sign_in(client, "doc@example.org", "đoán bừa một lần").get_data(as_text=True)
    assert "đang bị khóa" not in guess


def test_curator_who_returned_a_deposit_is_not_asked_to_hand_it_in(signed_in, holdings, deposited):
    publication_id = deposited(status=Status.SUBMITTED)
    curator, officer = signed_in(Role.CURATOR), signed_in(Role.DEPOSITOR)
    path = f"/an-pham/{publication_id}"
    post(curator, f"{path}/tra-lai", {"note": "Thiếu trang bìa"})
    assert f'action="{path}/nop-lai"' not in curator.get(path).get_data(as_text=True)
    assert f'action="{path}/nop-lai"' in officer.get(path).get_data(as_text=True)


def test_message_after_a_deposit_stays_when_intake_ends(signed_in, holdings, deposited, work):
    publication_id = deposited(status=Status.SUBMITTED)
    work()
    answer = signed_in(Role.DEPOSITOR).get(f"/an-pham/{publication_id}/tien-do")
    assert answer.status_code == 200
    assert "HX-Refresh" not in answer.headers
    assert "data-hx-get" not in answer.get_data(as_text=True)


def test_form_that_mends_shows_why_it_came_back_and_what_it_holds(signed_in, deposited):
    path = f"/an-pham/{deposited(status=Status.SUBMITTED, name='to-gap.pdf')}"
    post(signed_in(Role.CURATOR), f"{path}/tra-lai", {"note": "Thiếu trang bìa <b>"})
    officer = signed_in(Role.DEPOSITOR)
    form = officer.get(f"{path}/sua").get_data(as_text=True)
    assert "Thiếu trang bìa &lt;b&gt;" in form
    assert "to-gap.pdf" in form
    new = officer.get("/nop").get_data(as_text=True)
    assert "Lời nhắn của biên mục viên" not in new
    assert "giữ nguyên" not in new
