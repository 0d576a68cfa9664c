"""A curator watches the intake, pauses a stage by keyboard and lets it go on; with scripts and
without."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from archive.core.roles import SYSTEM, Role
from archive.core.status import JobState
from archive.models import Job, Stage
from archive.services import pauses
from tests.conftest import PASSWORD, make_user
from tests.journeys.conftest import sign_in

pytestmark = pytest.mark.browser
PATH = "/quan-tri/tiep-nhan"


@pytest.fixture(scope="module")
def curator(site):
    return make_user(site.holdings, Role.CURATOR, email="truc@example.org")


@pytest.fixture
def going_on(site):
    """Whatever the test paused, the site works again afterwards."""
    yield
    with site.holdings.database.writing() as session:
        pauses.resume(session, tuple(Stage), by=SYSTEM)
        session.commit()


@pytest.mark.slow
def test_page_follows_the_queue_by_itself(site, curator, open_page, going_on, tmp_path):
    page = open_page(width=360)
    sign_in(page, curator, PASSWORD)
    page.goto(PATH)
    page.locator("#dung-extract").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Có bước đang tạm dừng.")).to_be_visible()
    expect(page.locator("#chay-extract")).to_be_visible()
    (tmp_path / "cho.txt").write_text("Chờ đọc", encoding="utf-8")
    done = site.flask("import", str(tmp_path / "cho.txt"), "--issued", "2024")
    assert done.returncode == 0, done.stderr
    waiting = page.locator("tr", has_text="Đọc chữ trong tệp").locator("td").first
    expect(waiting).to_have_text("1", timeout=20_000)
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(sideways) <= 0


def test_stage_is_paused_and_resumed_without_scripts(site, curator, open_page, going_on):
    page = open_page(javascript=False)
    sign_in(page, curator, PASSWORD)
    page.goto(PATH)
    page.locator("#dung-images").click()
    with site.holdings.database.reading() as session:
        assert [row.stage for row in pauses.list_pauses(session)] == [Stage.IMAGES]
    page.locator("#chay-images").click()
    with site.holdings.database.reading() as session:
        assert pauses.list_pauses(session) == []
        assert not session.query(Job).filter_by(state=JobState.FAILED).count()
