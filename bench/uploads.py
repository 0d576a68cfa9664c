"""From a depositor's upload to the search that finds its last page, through the real processes."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archive.core.dates import today
from archive.core.status import Status
from archive.models import Stage
from archive.search.index import SearchIndex
from archive.search.requests import SearchRequest, Viewer
from archive.search.results import PageItem
from archive.services import jobs
from archive.services.holdings import Holdings
from bench.depositing import CURATOR, DEPOSITOR, PASSWORD, UNIT, new_archive, typeset
from bench.report import Row, tell
from bench.running import Client, multipart, running_web, running_worker

SEARCHABLE_GOAL_S = 3.0
_POLL_S = 0.02
_WAIT_S = 180.0


@dataclass(frozen=True)
class Upload:
    """Seconds since the first byte was sent: the server's answer, and the last page found."""

    answered_s: float
    searchable_s: float


def measure_uploads(folder: Path, *, uploads: int, pages: int) -> list[Row]:
    """The median upload with nothing else to do, then one while the worker draws page images.

    The goal holds for that one too: no depositor can know what the worker has in hand.
    """
    holdings = new_archive(folder)
    with running_web(folder) as (_, port), running_worker(folder):
        depositor, curator = Client(port), Client(port)
        depositor.sign_in(DEPOSITOR, PASSWORD)
        curator.sign_in(CURATOR, PASSWORD)
        done, accepted = [], []
        for number in range(uploads):
            mark, pdf = _marked_pdf(number, pages)
            path, upload = _upload(depositor, holdings.index, pdf, mark=mark, pages=pages)
            tell(f"upload {number + 1}: {upload.searchable_s:.2f} s")
            done.append(upload)
            accepted.append(_accept(curator, path, mark))
            _wait(lambda: _is_idle(holdings), "the worker to have nothing left")
        mark, pdf = _marked_pdf(uploads, pages)
        _upload(depositor, holdings.index, pdf, mark=mark, pages=pages)
        _wait(lambda: _is_drawing(holdings), "the worker to draw")
        mark, pdf = _marked_pdf(uploads + 1, pages)
        _, behind = _upload(depositor, holdings.index, pdf, mark=mark, pages=pages)
    holdings.database.close()
    searchable = [upload.searchable_s for upload in done]
    return [
        Row(
            name="upload_searchable_median_s",
            value=statistics.median(searchable),
            goal=SEARCHABLE_GOAL_S,
        ),
        Row(name="upload_searchable_max_s", value=max(searchable)),
        Row(
            name="upload_answered_median_s",
            value=statistics.median(upload.answered_s for upload in done),
        ),
        Row(
            name="upload_searchable_while_drawing_s",
            value=behind.searchable_s,
            goal=SEARCHABLE_GOAL_S,
        ),
        Row(name="accept_to_public_median_s", value=statistics.median(accepted)),
    ]


def _marked_pdf(number: int, pages: int) -> tuple[str, bytes]:
    """A PDF like no other, and a number that stands on its last page alone."""
    mark = f"2019{number:06d}"
    return mark, typeset(pages, seed=number, mark=mark)


def _upload(
    client: Client, index: SearchIndex, pdf: bytes, *, mark: str, pages: int
) -> tuple[str, Upload]:
    """Deposit `pdf`; the publication's path, and the times."""
    fields = {
        "csrf_token": client.token("/nop"),
        "title": f"Bản đo {mark}",
        "unit": UNIT,
        "kind": "book",
        "issued": "2024",
        "access": "public",
        "action": "submit",
    }
    body, content_type = multipart(fields, file_field="files", name=f"{mark}.pdf", data=pdf)
    started = time.perf_counter()
    answer = client.post("/nop", body, content_type)
    answered = time.perf_counter() - started
    if answer.status != 302:
        raise RuntimeError(f"the deposit is answered with {answer.status}")
    _wait(lambda: _last_page(index, mark) == pages, "the last page to be found")
    return answer.headers["Location"], Upload(answered, time.perf_counter() - started)


def _last_page(index: SearchIndex, mark: str) -> int:
    """The page on which a curator's search finds `mark` in what waits for review; 0: not found."""
    viewer = Viewer(today=today(), signed_in=True, may_see_all=True)
    asked = SearchRequest(
        viewer=viewer, query=mark, statuses=(Status.SUBMITTED.value,), group="page"
    )
    items = [item for item in index.search(asked).items if isinstance(item, PageItem)]
    return max((item.number for item in items), default=0)


def _accept(curator: Client, path: str, mark: str) -> float:
    """Seconds from the curator's click to the first public search that finds the publication."""
    token = curator.token("/doi-mat-khau")
    started = time.perf_counter()
    body = f"csrf_token={token}".encode()
    answer = curator.post(f"{path}/nhan", body, "application/x-www-form-urlencoded")
    if answer.status != 302:
        raise RuntimeError(f"accepting is answered with {answer.status}")

    def is_public() -> bool:
        found = json.loads(curator.get(f"/api/v1/search?group=page&q={mark}").body)
        return any(item["url"].startswith(path) for item in found["items"])

    _wait(is_public, "the accepted publication to be found")
    return time.perf_counter() - started


def _is_idle(holdings: Holdings) -> bool:
    with holdings.database.reading() as session:
        counts = jobs.count_jobs(session)
    if counts.failed:
        raise RuntimeError("a job failed")
    return counts.waiting + counts.running == 0


def _is_drawing(holdings: Holdings) -> bool:
    with holdings.database.reading() as session:
        return jobs.count_jobs(session, stages=(Stage.IMAGES,)).running > 0


def _wait(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {_WAIT_S:.0f} s in vain for {what}")
        time.sleep(_POLL_S)
