"""Sending a large file over a weak line: paused, cut off, gone on with on another day, refused."""

from __future__ import annotations

import io
import re
import socket
import struct
import threading
import time
import urllib.parse
from contextlib import suppress

import pytest
from playwright.sync_api import expect
from pypdf import PdfWriter
from sqlalchemy import select

from archive.core.roles import SYSTEM, Role
from archive.models import File, HeldFile, Upload
from archive.services.units import UnitInput, create_unit, find_unit
from tests.conftest import PASSWORD, make_pdf, make_user
from tests.integration.test_upload_over_restarts import make_large_pdf, sha512_of
from tests.journeys.conftest import sign_in, wait_until
from tests.journeys.looks import at_each_width, take_picture

pytestmark = pytest.mark.browser

MEGABYTE = 1024 * 1024
BLOCK = 64 * 1024
ADDRESS = re.compile(r"/an-pham/[0-9a-z]{12}$")
INPUT = "Tệp của ấn phẩm"


@pytest.fixture(scope="module")
def officer(site):
    with site.holdings.database.writing() as session:
        if find_unit(session, "so-gui-tep") is None:
            create_unit(session, UnitInput(code="so-gui-tep", name="Sở Gửi tệp"), by=SYSTEM)
        session.commit()
    return make_user(site.holdings, Role.DEPOSITOR, email="gui@example.org", unit="so-gui-tep")


@pytest.fixture
def form(officer, open_page):
    """`form(width=360)` → the deposit form of a signed-in officer."""

    def make(**look):
        page = open_page(**look)
        sign_in(page, officer, PASSWORD)
        page.goto("/nop")
        return page

    return make


@pytest.fixture
def scan(tmp_path):
    """A scan that takes a while over a weak line."""
    path = tmp_path / "Quét – Đường về Pác Bó.pdf"
    make_large_pdf(path, 5 * MEGABYTE)
    return path


class Line:
    """The page's connection, as slow as it shall be."""

    def __init__(self, page) -> None:
        self._session = page.context.new_cdp_session(page)

    def set(self, bytes_per_second: float) -> None:
        conditions = {
            "offline": False,
            "latency": 20,
            "downloadThroughput": -1,
            "uploadThroughput": bytes_per_second,
        }
        self._session.send("Network.emulateNetworkConditions", conditions)


def row(page):
    return page.get_by_role("list", name="Tệp của bản nộp này").get_by_role("listitem")


def fill(page, title: str) -> None:
    page.get_by_label("Nhan đề (bắt buộc)").fill(title)
    page.get_by_label("Ngày phát hành").fill("7/2024")


def uploads(site) -> list[Upload]:
    with site.holdings.database.reading() as session:
        return list(session.scalars(select(Upload)))


def names(site) -> list[str]:
    return [upload.name for upload in uploads(site)]


def file_of(site, address: str) -> File:
    with site.holdings.database.reading() as session:
        found = select(File).where(File.publication_id == address.rpartition("/")[2])
        return session.scalars(found).one()


@pytest.mark.slow
def test_file_paused_and_page_closed_goes_on_where_it_stopped(site, form, scan):
    page = form()
    Line(page).set(MEGABYTE)
    page.get_by_label(INPUT).set_input_files(scan)
    fill(page, "Gửi dở rồi gửi tiếp")
    expect(row(page)).to_contain_text(re.compile(r"Đang gửi: [2-9]\d%"), timeout=20_000)
    expect(row(page)).to_contain_text("/giây")
    page.get_by_role("button", name=re.compile("^Tạm dừng tệp Quét")).press("Enter")
    expect(row(page)).to_contain_text("Tạm dừng ở")
    expect(page.locator("[data-announced]")).to_contain_text("Tạm dừng ở")
    (upload,) = uploads(site)
    wait_until(lambda: site.holdings.resumable.find(upload.id).offset_bytes > MEGABYTE, seconds=10)
    page.wait_for_timeout(500)

    page.reload()
    expect(page.get_by_label("Nhan đề (bắt buộc)")).to_have_value("Gửi dở rồi gửi tiếp")
    told = page.locator("[data-draft-told]")
    expect(told).to_be_visible()
    expect(told).to_contain_text("Đã điền lại những gì bạn gõ dở", use_inner_text=True)
    expect(told).not_to_contain_text("chọn lại tệp", use_inner_text=True)
    expect(
        page.get_by_text(re.compile(r"Còn dở: Quét – Đường về Pác Bó.pdf \([1-9]\d%\)"))
    ).to_be_visible()
    kept = site.holdings.resumable.find(upload.id).offset_bytes
    patches = []
    page.on(
        "request",
        lambda sent: patches.append(sent.headers) if sent.method == "PATCH" else None,
    )
    page.get_by_label(INPUT).set_input_files(scan)
    expect(row(page)).to_contain_text("Đã nhận, đã kiểm tra", timeout=20_000)
    assert [int(sent["upload-offset"]) for sent in patches] == [kept], "sent on from there"
    page.get_by_role("button", name="Gửi duyệt").click()
    page.wait_for_url(ADDRESS, timeout=20_000)
    assert file_of(site, page.url).sha512 == sha512_of(scan)
    assert uploads(site) == []
    page.goto("/nop")
    assert page.get_by_label("Nhan đề (bắt buộc)").input_value() == "", "what was sent is not kept"


def test_form_pressed_while_its_file_is_under_way_follows_by_itself(site, form, scan):
    page = form(width=360)
    Line(page).set(2 * MEGABYTE)
    page.get_by_label(INPUT).set_input_files(scan)
    fill(page, "Bấm gửi sớm")
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_text("Gửi xong, bản nộp sẽ tự chuyển đi")).to_be_visible()
    page.get_by_role("button", name="Khoan, chưa gửi").click()
    expect(page.get_by_role("button", name="Gửi duyệt")).to_be_enabled()
    page.get_by_role("button", name="Gửi duyệt").click()
    page.wait_for_url(ADDRESS, timeout=30_000)
    assert file_of(site, page.url).sha512 == sha512_of(scan)


class Cable:
    """What lies between browser and site: it carries so many bytes a second, and can be cut."""

    def __init__(self, site, bytes_per_second: float) -> None:
        self._target = urllib.parse.urlsplit(site.address)
        self._pause = BLOCK / bytes_per_second
        self._sockets: list[socket.socket] = []
        self.is_cut = False
        self._frozen = 0
        self._server = socket.socket()
        # A small window, or the system would swallow the file before the line slows it down.
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BLOCK)
        self._server.bind(("127.0.0.1", 0))
        self._server.listen()
        self.address = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.is_cut = True
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def freeze(self) -> None:
        """Connections of now carry nothing more, and nobody is told; new ones are well."""
        self._frozen = len(self._sockets)

    def close(self) -> None:
        self.cut()
        self._frozen = 0
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                if self.is_cut:
                    near.close()
                    continue
                far = socket.create_connection((self._target.hostname, self._target.port))
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._sockets += [near, far]
                for one, other, pause in ((near, far, self._pause), (far, near, 0.0)):
                    carry = threading.Thread(
                        target=self._carry, args=(one, other, pause), daemon=True
                    )
                    carry.start()

    def _carry(self, one: socket.socket, other: socket.socket, pause: float) -> None:
        number = self._sockets.index(one)
        with suppress(OSError):
            while data := one.recv(BLOCK):
                while number < self._frozen:
                    time.sleep(0.05)
                other.sendall(data)
                time.sleep(pause * len(data) / BLOCK)
        # Closed outright: what was on its way is lost, and the other end is told.
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.mark.slow
def test_cut_connection_is_said_and_sending_goes_on_when_it_is_back(
    site, browser, officer, tmp_path
):
    scan = tmp_path / "Quét qua mạng yếu.pdf"
    make_large_pdf(scan, 24 * MEGABYTE)
    cable = Cable(site, 4 * MEGABYTE)
    context = browser.new_context(base_url=cable.address, locale="vi-VN")
    page = context.new_page()
    sign_in(page, officer, PASSWORD)
    page.goto("/nop")
    page.get_by_label(INPUT).set_input_files(scan)
    expect(row(page)).to_contain_text(re.compile(r"Đang gửi: [3-9]\d%"), timeout=20_000)
    cable.cut()
    expect(row(page)).to_contain_text(
        re.compile(r"Mất kết nối, đang thử nối lại \(đã gửi [3-9]"), timeout=20_000
    )
    (upload,) = [each for each in uploads(site) if each.name == scan.name]
    cable.is_cut = False
    expect(row(page)).to_contain_text("Đã nhận, đã kiểm tra", timeout=30_000)
    with site.holdings.database.reading() as session:
        assert session.get_one(HeldFile, upload.id).sha512 == sha512_of(scan), "the same upload"
    context.close()
    cable.close()


@pytest.mark.slow
def test_line_that_dies_without_a_word_is_given_up_at_both_ends(site, browser, officer, tmp_path):
    """The browser notices that nothing moves, the server that nothing comes; then it goes on."""
    scan = tmp_path / "Đường truyền chết.pdf"
    make_large_pdf(scan, 24 * MEGABYTE)
    cable = Cable(site, 4 * MEGABYTE)
    context = browser.new_context(base_url=cable.address, locale="vi-VN")
    page = context.new_page()
    page.clock.install()
    sign_in(page, officer, PASSWORD)
    page.goto("/nop")
    page.get_by_label(INPUT).set_input_files(scan)
    expect(row(page)).to_contain_text(re.compile(r"Đang gửi: [3-5]\d%"), timeout=20_000)
    cable.freeze()
    page.wait_for_timeout(1000)
    assert "Đã nhận" not in row(page).inner_text()
    page.clock.fast_forward(121_000)
    expect(row(page)).to_contain_text("Đã nhận, đã kiểm tra", timeout=60_000)
    with site.holdings.database.reading() as session:
        held = session.scalars(select(HeldFile).where(HeldFile.name == scan.name)).one()
    assert held.sha512 == sha512_of(scan)
    context.close()
    cable.close()


def test_refused_file_says_why_and_is_taken_out(site, form, tmp_path):
    locked, out = PdfWriter(clone_from=io.BytesIO(make_pdf("kín"))), io.BytesIO()
    locked.encrypt("bí mật", "chủ", algorithm="AES-256")
    locked.write(out)
    path = tmp_path / "có mật khẩu.pdf"
    path.write_bytes(out.getvalue())
    page = form(width=360)
    page.get_by_label(INPUT).set_input_files(path)
    expect(row(page)).to_contain_text("Tệp có mật khẩu. Bỏ mật khẩu rồi gửi lại.", timeout=20_000)
    fill(page, "Tệp kín")
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_text("Có 1 tệp không gửi được")).to_be_visible()
    page.get_by_role("button", name="Bỏ tệp có mật khẩu.pdf").click()
    expect(row(page)).to_have_count(0)
    wait_until(lambda: "có mật khẩu.pdf" not in names(site), seconds=10)


def test_file_sent_before_the_page_was_closed_is_taken_along_again(site, form, tmp_path):
    path = tmp_path / "trọn vẹn.pdf"
    path.write_bytes(make_pdf("đã gửi đủ"))
    page = form()
    page.get_by_label(INPUT).set_input_files(path)
    expect(row(page)).to_contain_text("Đã nhận, đã kiểm tra", timeout=20_000)
    fill(page, "Đóng trang rồi mở lại")
    page.wait_for_timeout(500)
    page.reload()
    expect(page.get_by_label("Dùng tệp trọn vẹn.pdf")).to_be_checked()
    page.get_by_role("button", name="Gửi duyệt").click()
    page.wait_for_url(ADDRESS, timeout=20_000)
    assert file_of(site, page.url).name == "trọn vẹn.pdf"


def deposited(site, address: str) -> list[str]:
    with site.holdings.database.reading() as session:
        found = select(File.name).where(File.publication_id == address.rpartition("/")[2])
        return list(session.scalars(found))


def test_file_of_a_form_that_was_left_is_offered_and_not_taken_along(site, form, tmp_path):
    """Nothing but a file was sent: whoever comes back for something else hands in that alone."""
    left, meant = tmp_path / "để quên.pdf", tmp_path / "muốn nộp.pdf"
    left.write_bytes(make_pdf("tệp của lần trước"))
    meant.write_bytes(make_pdf("tệp của lần này"))
    page = form()
    page.get_by_label(INPUT).set_input_files(left)
    expect(row(page)).to_contain_text("Đã nhận, đã kiểm tra", timeout=20_000)
    page.wait_for_timeout(500)
    page.goto("/nop")
    expect(page.get_by_label("Dùng tệp để quên.pdf")).not_to_be_checked()
    expect(page.locator("[data-draft-told]")).to_be_hidden()
    page.get_by_label(INPUT).set_input_files(meant)
    expect(row(page)).to_contain_text("Đã nhận, đã kiểm tra", timeout=20_000)
    fill(page, "Chỉ một tệp")
    page.get_by_role("button", name="Gửi duyệt").click()
    page.wait_for_url(ADDRESS, timeout=20_000)
    assert deposited(site, page.url) == ["muốn nộp.pdf"]
    page.goto("/nop")
    page.get_by_role("button", name="Bỏ tệp để quên.pdf").click()


def test_notice_names_the_files_it_chose_again_and_drops_them_on_request(site, form, tmp_path):
    path = tmp_path / "chọn lại.pdf"
    path.write_bytes(make_pdf("đi cùng phần gõ dở"))
    page = form(width=360)
    page.get_by_label(INPUT).set_input_files(path)
    expect(row(page)).to_contain_text("Đã nhận, đã kiểm tra", timeout=20_000)
    fill(page, "Gõ dở rồi bỏ")
    page.wait_for_timeout(500)
    page.goto("/nop")
    told = page.locator("[data-draft-told]")
    expect(told).to_contain_text(
        re.compile(r"Đã điền lại những gì bạn gõ dở lúc [\d:, /]+ và chọn lại tệp chọn lại\.pdf\.")
    )
    expect(told).to_be_in_viewport()
    expect(page.get_by_label("Dùng tệp chọn lại.pdf")).to_be_checked()
    told.get_by_role("button", name="Bỏ phần gõ dở").click()
    expect(page.get_by_label("Nhan đề (bắt buộc)")).to_have_value("")
    expect(page.get_by_label("Dùng tệp chọn lại.pdf")).not_to_be_checked()
    expect(told).to_be_hidden()
    page.reload()
    expect(page.get_by_label("Dùng tệp chọn lại.pdf")).not_to_be_checked()
    page.get_by_role("button", name="Bỏ tệp chọn lại.pdf").click()


def test_held_file_goes_along_without_scripts_where_it_is_ticked(
    site, form, open_page, officer, tmp_path
):
    path = tmp_path / "không kịch bản.pdf"
    path.write_bytes(make_pdf("ô đánh dấu"))
    page = form()
    page.get_by_label(INPUT).set_input_files(path)
    expect(row(page)).to_contain_text("Đã nhận, đã kiểm tra", timeout=20_000)
    plain = open_page(javascript=False)
    sign_in(plain, officer, PASSWORD)
    plain.goto("/nop")
    plain.get_by_label("Dùng tệp không kịch bản.pdf").check()
    fill(plain, "Không kịch bản")
    plain.get_by_role("button", name="Gửi duyệt").click()
    plain.wait_for_url(ADDRESS, timeout=20_000)
    assert file_of(site, plain.url).name == "không kịch bản.pdf"


@at_each_width
def test_pictures_of_sending(site, form, tmp_path, look):
    """One file held, one refused, one under way, one in the queue; then the page opened again."""
    files = {}
    for name in (
        "bìa.pdf",
        "hỏng.pdf",
        "Kỷ yếu hội thảo Đường về Pác Bó, bản in lần thứ hai.pdf",
        "phụ lục.pdf",
    ):
        files[name] = tmp_path / name
    files["bìa.pdf"].write_bytes(make_pdf("bìa"))
    files["hỏng.pdf"].write_bytes(b"%PDF-1.7\nhong")
    large = files["Kỷ yếu hội thảo Đường về Pác Bó, bản in lần thứ hai.pdf"]
    make_large_pdf(large, 20 * MEGABYTE)
    files["phụ lục.pdf"].write_bytes(make_pdf("phụ lục"))
    page = form(width=look.width, dark=look.dark)
    Line(page).set(2 * MEGABYTE)
    page.get_by_label(INPUT).set_input_files(list(files.values()))
    fill(page, "Kỷ yếu")
    expect(row(page).nth(2)).to_contain_text("/giây", timeout=20_000)
    page.get_by_role("button", name="Gửi duyệt").click()
    take_picture(page, "sending", look)
    page.get_by_role("button", name=re.compile("^Tạm dừng tệp Kỷ")).click()
    page.wait_for_timeout(800)
    page.reload()
    expect(page.get_by_text("Tệp bạn đã gửi mà chưa nộp")).to_be_visible()
    take_picture(page, "waiting", look)
    while page.get_by_role("button", name=re.compile("^Bỏ tệp")).count():
        page.get_by_role("button", name=re.compile("^Bỏ tệp")).first.click()
    wait_until(lambda: large.name not in names(site), seconds=10)


def test_form_sends_its_files_itself_where_the_client_was_not_fetched(site, form, tmp_path):
    path = tmp_path / "theo mẫu.pdf"
    path.write_bytes(make_pdf("gửi cùng biểu mẫu"))
    page = form()
    page.route(
        "**/vendor/tus.min.js*",
        lambda route: route.fulfill(body="", content_type="text/javascript"),
    )
    page.reload()
    page.get_by_label(INPUT).set_input_files(path)
    fill(page, "Không có tus")
    page.get_by_role("button", name="Gửi duyệt").click()
    page.wait_for_url(ADDRESS, timeout=20_000)
    assert file_of(site, page.url).name == "theo mẫu.pdf"
