"""What Lighthouse says of the demo archive on a throttled phone, page by page.

    python -m bench.lighthouse [--runs 3] [--pages reader …]

Lighthouse as it comes, at its own settings for phones: a slow line (1.6 Mbit/s, 150 ms) and a
quarter of this processor. Of each page's runs the median of every figure counts. What it finds
fault with is told by name.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.demo_site import DemoSite, find_chromium, running_demo
from bench.report import Row, finish, tell
from bench.running import HOST, ROOT

TOOL = ROOT / "tests" / "tools" / "web" / "node_modules" / "lighthouse" / "cli" / "index.js"
SECONDS = 240
ATTEMPTS = 3
SCORES = {"performance": 95.0, "accessibility": 100.0, "best-practices": 100.0, "seo": 95.0}
LCP_S, SHIFT = 1.5, 0.02
QUERY = quote("Pác Bó")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench.lighthouse", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--runs", type=int, default=3, help="for each page")
    parser.add_argument("--pages", nargs="*", default=[], help="home search publication reader")
    parser.add_argument("--reports", type=Path, help="a folder to keep the reports in, as JSON")
    options = parser.parse_args()
    chromium = find_chromium()
    if chromium is None:
        return 0
    rows: list[Row] = []
    with running_demo() as site:
        for name, path in _pages(site).items():
            if options.pages and name not in options.pages:
                continue
            found = []
            for run in range(options.runs):
                report = _look(f"http://{HOST}:{site.port}{path}", chromium=chromium)
                found.append(report)
                if options.reports is not None:
                    options.reports.mkdir(parents=True, exist_ok=True)
                    kept = options.reports / f"{name}-{run + 1}.json"
                    kept.write_text(json.dumps(report), encoding="utf-8")
            rows += _rows(name, found)
            _tell_faults(name, found[-1])
    return finish(f"Lighthouse on a phone over a slow line, median of {options.runs}", rows)


def _pages(site: DemoSite) -> dict[str, str]:
    publication = f"/an-pham/{site.publication_id}"
    return {
        "home": "/",
        "search": f"/tim-kiem?q={QUERY}",
        "publication": publication,
        "reader": f"{publication}/trang/2?q={QUERY}",
    }


def _look(address: str, *, chromium: str) -> Mapping[str, Any]:
    """One run of Lighthouse: its report. RuntimeError with what it said where it made none."""
    command = [
        "node",
        str(TOOL),
        address,
        "--output=json",
        "--quiet",
        f"--only-categories={','.join(SCORES)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-quic",
    ]
    environment = {**os.environ, "CHROME_PATH": chromium}
    for _ in range(ATTEMPTS):
        done = subprocess.run(
            command, env=environment, capture_output=True, check=False, timeout=SECONDS
        )
        if not done.returncode:
            report: Mapping[str, Any] = json.loads(done.stdout)
            return report
        # Now and then it misses the beginning of a load, and says so.
        said = done.stderr.decode(errors="replace")
        if "NO_NAVSTART" not in said:
            break
    raise RuntimeError(f"Lighthouse: {said[-2000:]}")


def _rows(name: str, reports: Sequence[Mapping[str, Any]]) -> list[Row]:
    def median(value: Any) -> float:
        return float(statistics.median(value(report) for report in reports))

    def audit(key: str) -> float:
        return median(lambda report: report["audits"][key]["numericValue"])

    rows = [
        Row(
            name=f"{name}_{category.replace('-', '_')}",
            value=median(lambda report, key=category: report["categories"][key]["score"] * 100),
            goal=goal,
            bound="least",
        )
        for category, goal in SCORES.items()
    ]
    tell(f"{name}: {', '.join(f'{row.value:g}' for row in rows)}")
    return [
        *rows,
        Row(name=f"{name}_lcp_s", value=audit("largest-contentful-paint") / 1000, goal=LCP_S),
        Row(name=f"{name}_fcp_s", value=audit("first-contentful-paint") / 1000),
        Row(name=f"{name}_blocking_ms", value=audit("total-blocking-time")),
        Row(name=f"{name}_shift", value=audit("cumulative-layout-shift"), goal=SHIFT),
    ]


def _tell_faults(name: str, report: Mapping[str, Any]) -> None:
    for category in report["categories"].values():
        for reference in category["auditRefs"]:
            audit = report["audits"][reference["id"]]
            score = audit.get("score")
            if reference["weight"] and score is not None and score < 1:
                tell(f"  {name}: {reference['id']} {score:g} {audit.get('displayValue', '')}")


if __name__ == "__main__":
    sys.exit(main())
