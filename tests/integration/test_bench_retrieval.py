"""The measure of searching: its figures, and a run over a few texts."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import Counter

import pytest

from bench.retrieval import CONDITIONS, Gains, gains, half_width, load, mean
from tests.conftest import ROOT

TEXTS = {
    "pac-bo": "Suối Lê-nin chảy dưới chân núi Các Mác, trước cửa hang Pác Bó.",
    "ban-gioc": "Thác Bản Giốc nằm trên sông Quây Sơn, ở xã Đàm Thủy.",
    "na-ngan": "Chiến thắng Đông Khê mở màn chiến dịch Biên giới năm 1950.",
}
QUESTIONS = {
    "pac-bo": ("Suối Lê-nin ở đâu?", "Suoi Le-nin o dau?"),
    "ban-gioc": ("thác Bản Giốc trên sông nào", "thac Ban Gioc tren song nao"),
}


def test_gain_falls_with_the_place_of_the_answer():
    found = [f"text-{n}" for n in range(150)]
    first = gains(found, frozenset({"text-0"}))
    assert first == Gains(1.0, 1.0, 1.0)
    assert gains(found, frozenset({"text-2"})) == Gains(1 / math.log2(4), 1 / 3, 1.0)
    assert gains(found, frozenset({"text-10"})) == Gains(0.0, 0.0, 1.0)
    assert gains(found, frozenset({"text-100"})) == Gains(0.0, 0.0, 0.0)
    both = gains(found, frozenset({"text-1", "elsewhere"}))
    assert both.ndcg10 == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))
    assert (both.mrr10, both.r100) == (0.5, 0.5)


def test_every_set_weighs_the_same_and_the_interval_narrows_with_more_questions():
    good, bad = Gains(1.0, 1.0, 1.0), Gains(0.0, 0.0, 0.0)
    assert mean({"many": [good] * 9 + [bad], "few": [bad, bad]}).ndcg10 == pytest.approx(0.45)
    few, many = {"one": [good, bad] * 5}, {"one": [good, bad] * 500}
    assert half_width(few) > 5 * half_width(many) > 0
    assert half_width({"one": [good] * 20}) == 0


def test_small_set_is_measured_beside_stock_whoosh(tmp_path):
    path = tmp_path / "set.json"
    path.write_text(
        json.dumps(
            {
                "docs": [{"id": name, "text": text} for name, text in TEXTS.items()],
                "queries": [
                    {
                        "set": name,
                        "rel": {name: 1},
                        "cond": {
                            condition: bare if "nodia" in condition else typed
                            for condition in CONDITIONS
                        },
                    }
                    for name, (typed, bare) in QUESTIONS.items()
                ],
            }
        )
    )
    texts, questions = load(path)
    assert texts == TEXTS
    assert Counter(asked.of_set for asked in questions) == Counter(QUESTIONS.keys())
    done = subprocess.run(
        [sys.executable, "-m", "bench.retrieval", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    rows = {row["name"]: row for row in json.loads(done.stdout.splitlines()[-1])["rows"]}
    assert done.returncode == (0 if all(row["met"] for row in rows.values()) else 1), done.stderr
    assert rows["orig_ndcg10"] == {"name": "orig_ndcg10", "value": 1, "goal": 0.82, "met": True}
    assert rows["nodia_ndcg10"]["value"] == 1
    assert rows["nodia_stock_or_ndcg10"]["value"] < 1
    assert rows["tone_to_orig_ndcg10"]["value"] == 0
    assert {f"{condition}_r100" for condition in CONDITIONS} <= set(rows)
