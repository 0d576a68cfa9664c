"""What pages weigh on the network and how they come to stand, in a real Chromium.

The demo archive is typeset, taken in and drawn, so that covers and pages are pictures as people
see them. Each kind of page is opened in a browser of its own that has seen nothing yet, on a
phone's window, and once more with what it kept; then over a slow line (1.6 Mbit/s, 150 ms). Bytes
are those on the wire, headers included.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, CDPSession, sync_playwright

from bench.demo_site import find_chromium, running_demo
from bench.report import Row, tell
from bench.running import HOST

PHONE = {"width": 412, "height": 823}
SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
LIST_KB, READER_KB, SCRIPT_KB, SHIFT = 150.0, 350.0, 50.0, 0.02

# What the browser noted by itself: the largest paint, and how far things moved.
_OBSERVE = """
window.seen = {lcp: 0, shift: 0};
new PerformanceObserver(list => list.getEntries().forEach(e => { seen.lcp = e.startTime; }))
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(e => { seen.shift += e.value; }))
  .observe({type: 'layout-shift', buffered: true});
"""


@dataclass(frozen=True)
class Kind:
    """A kind of page, its address, and what it may weigh in kB."""

    name: str
    path: str
    most_kb: float | None = None
    most_script_kb: float | None = SCRIPT_KB
    is_signed: bool = False


@dataclass
class Weight:
    """What came over the wire for one opening, in bytes."""

    total: int = 0
    script: int = 0
    requests: int = 0
    _types: dict[str, str] = field(default_factory=dict)

    def listen(self, session: CDPSession) -> None:
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)

    def _received(self, event: dict[str, Any]) -> None:
        self._types[event["requestId"]] = event["type"]
        self.requests += not event["response"].get("fromDiskCache", False)

    def _finished(self, event: dict[str, Any]) -> None:
        size = int(event["encodedDataLength"])
        self.total += size
        if self._types.get(event["requestId"]) == "Script":
            self.script += size


def measure() -> list[Row]:
    """A row for each figure of each kind of page; none, and a line, where there is no Chromium."""
    found = find_chromium()
    if found is None:
        return []
    rows: list[Row] = []
    with running_demo() as site, _chromium(found) as browser:
        for kind in _kinds(site.publication_id):
            rows += _open(browser, kind, port=site.port, session=site.session)
    return rows


def _kinds(publication_id: str) -> Iterator[Kind]:
    query = quote("Pác Bó")
    reader = f"/an-pham/{publication_id}/trang/2?q={query}"
    yield Kind("home", "/", LIST_KB)
    yield Kind("search", f"/tim-kiem?q={query}", LIST_KB)
    yield Kind("browse", "/duyet", LIST_KB)
    yield Kind("browse_year", "/duyet?year=2024", LIST_KB)
    yield Kind("names", "/dia-danh", LIST_KB)
    yield Kind("publication", f"/an-pham/{publication_id}")
    yield Kind("reader", reader, READER_KB, None)
    yield Kind("sign_in", "/dang-nhap")
    yield Kind("deposit", "/nop", is_signed=True)
    yield Kind("queue", "/duyet-nop", LIST_KB, is_signed=True)


@contextmanager
def _chromium(path: str) -> Iterator[Browser]:
    with sync_playwright() as started:
        launched = started.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield launched
        launched.close()


def _open(browser: Browser, kind: Kind, *, port: int, session: str) -> list[Row]:
    """The page for the first time, again, and for the first time over a slow line."""
    with _page(browser, kind, port, session) as (page, devtools):
        first, again = Weight(), Weight()
        first.listen(devtools)
        page.goto(kind.path, wait_until="networkidle")
        seen = page.evaluate("seen")
        took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        devtools.detach()
        other = page.context.new_cdp_session(page)
        other.send("Network.enable")
        again.listen(other)
        page.goto("about:blank")
        page.goto(kind.path, wait_until="networkidle")
    with _page(browser, kind, port, session) as (page, devtools):
        devtools.send("Network.emulateNetworkConditions", SLOW)
        page.goto(kind.path, wait_until="networkidle")
        slow = page.evaluate("seen")
    tell(f"{kind.name}: {first.total / 1000:.0f} kB, {first.requests} requests")
    name = kind.name
    return [
        Row(name=f"{name}_kb", value=first.total / 1000, goal=kind.most_kb),
        Row(name=f"{name}_js_kb", value=first.script / 1000, goal=kind.most_script_kb),
        Row(name=f"{name}_requests", value=first.requests),
        Row(name=f"{name}_again_kb", value=again.total / 1000),
        Row(name=f"{name}_load_ms", value=took),
        Row(name=f"{name}_lcp_ms", value=seen["lcp"]),
        Row(name=f"{name}_slow_lcp_ms", value=slow["lcp"]),
        Row(name=f"{name}_shift", value=max(seen["shift"], slow["shift"]), goal=SHIFT),
    ]


@contextmanager
def _page(browser: Browser, kind: Kind, port: int, session: str) -> Iterator[tuple[Any, Any]]:
    context = browser.new_context(
        base_url=f"http://{HOST}:{port}",
        viewport=PHONE,
        device_scale_factor=2,
        is_mobile=True,
        locale="vi-VN",
    )
    if kind.is_signed:
        cookie = {"name": "session", "value": session, "url": f"http://{HOST}:{port}"}
        context.add_cookies([cookie])
    context.add_init_script(_OBSERVE)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    yield page, devtools
    context.close()
