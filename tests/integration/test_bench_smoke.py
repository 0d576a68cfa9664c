"""The benchmarks run end to end, small: what they print is what programs rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.corpus import generated

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent.parent


def run_bench(module: str, *arguments: str) -> dict[str, dict]:
    """The rows by name, from the last line; the exit code must agree with them."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{module}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert len(lines) > 2, done.stderr
    rows = json.loads(lines[-1])["rows"]
    for row in rows:
        assert set(row) == {"name", "value", "goal", "met"}
        assert row["value"] > 0 or row["goal"] == 0, row
        assert row["met"] is True or row["goal"] is not None
        assert any(row["name"] in line for line in lines[:-1]), "every row is in the table too"
    assert done.returncode == (0 if all(row["met"] for row in rows) else 1), done.stderr
    return {row["name"]: row for row in rows}


def test_ingest_measures_uploads_and_reading_against_the_bare_reader():
    rows = run_bench(
        "ingest", "--quick", "--uploads", "1", "--pages", "3", "--rounds", "1", "--files", "1"
    )
    assert rows["upload_searchable_median_s"]["goal"] == 3
    assert rows["text_to_index_to_bare_ratio"]["goal"] == 0.5
    assert rows["text_images_index_pages_per_cpu_s"]["goal"] == 12
    bare = rows["bare_pypdfium2_pages_per_cpu_s"]["value"]
    ours = rows["text_to_index_pages_per_cpu_s"]["value"]
    assert ours < bare
    assert rows["upload_answered_median_s"]["value"] < rows["upload_searchable_median_s"]["value"]


def test_likeness_finds_second_scans_and_nothing_else():
    rows = run_bench("likeness", "--pages", "200")
    assert rows["signature_cpu_ms_per_page"]["goal"] == 1
    assert rows["second_scans_found_share"]["value"] == 1
    assert rows["signature_bytes_per_page"]["value"] > 64
    assert rows["unrelated_found"]["value"] == 0


def test_pages_measures_a_generated_archive_and_finds_it_again(tmp_path):
    small = (
        "--pages",
        "60",
        "--requests",
        "3",
        "--queries",
        "6",
        "--times",
        "--out",
        str(tmp_path),
    )
    rows = run_bench("pages", *small)
    assert rows["home_p50_ms"]["goal"] == rows["publication_p50_ms"]["goal"] == 30
    assert rows["web_rss_mb"]["goal"] == 300
    assert rows["search_no_marks_first_p95_ms"]["goal"] is None
    (made,) = tmp_path.glob("archive-v*-60")
    before = (made / "instance" / "archive.db").stat().st_ino
    again = generated(60, out=tmp_path)
    assert (again.folder, again.publications, again.pages) == (made, 5, 60)
    assert (made / "instance" / "archive.db").stat().st_ino == before


def test_tiles_measures_new_pages_cut_tiles_and_kept_ones():
    rows = run_bench("tiles", "--pages", "1", "--rounds", "1")
    assert rows["tile_cached_p50_ms"]["goal"] == 5
    assert rows["tile_uncached_p50_ms"]["goal"] == 80
    assert rows["tile_cached_p50_ms"]["value"] < rows["tile_of_new_page_p50_ms"]["value"]
    assert rows["tile_mean_kb"]["value"] > 0.5
