"""A real site (gunicorn and worker) and a real browser (Debian's Chromium)."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from archive.models import migrations
from archive.serve import web_command, worker_command
from archive.services.holdings import Holdings, open_holdings
from archive.services.units import unknown_unit
from config import load_settings
from tests.conftest import ROOT, missing

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Site:
    address: str
    environment: dict[str, str]
    holdings: Holdings

    def flask(self, *arguments: str, **kwargs: object) -> subprocess.CompletedProcess[str]:
        """Run a command of the site: `site.flask("index", "status", "--json")`."""
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            **kwargs,
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty archive, served as `make run` serves it."""
    folder = tmp_path_factory.mktemp("site")
    given = {
        "ARCHIVE_INSTANCE": str(folder / "instance"),
        "ARCHIVE_UPLOADS": str(folder / "uploads"),
        "ARCHIVE_INDEX": str(folder / "index"),
    }
    holdings = open_holdings(load_settings(given))
    migrations.upgrade(holdings.database)
    with holdings.database.writing() as session:
        unknown_unit(session)
        session.commit()
    port = free_port()
    environment = {**os.environ, **given}
    with (folder / "log").open("wb") as log:
        children = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
            for command in (web_command("127.0.0.1", port), worker_command())
        ]
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until(lambda: _status(f"{address}/readyz") == 200, seconds=60)
            yield Site(address, environment, holdings)
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(timeout=30)
            holdings.database.close()


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            json.load(answer)
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_until(condition: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"still not so after {seconds} s")
        time.sleep(0.1)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        missing("Chromium")
    launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
    yield launched
    launched.close()


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """`open_page(width=360, dark=True, javascript=False)` → a page; console errors fail."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(*, width: int = 1280, dark: bool = False, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=site.address,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            locale="vi-VN",
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{message.text} ({message.location.get('url', '')})")
                if message.type == "error"
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    # A refused form answers 422, which the browser notes as an error of the network.
    real = [words for words in complaints if "422" not in words]
    assert real == [], real


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/dang-nhap")
    page.get_by_label("Thư điện tử").fill(email)
    page.get_by_label("Mật khẩu").first.fill(password)
    page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/")
