"""Three demo records in every text format, as they were checked against the published schemas
(`samples/README.md`), and the schemas' rules for the whole demo archive."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.core.dates import parse_issue_date
from archive.demo.publications import publications
from archive.metadata.description import (
    Creator,
    DescribedFile,
    Description,
    looks_like_body,
)
from archive.metadata.formats import FORMATS
from tests.unit.metadata.described import bare
from tests.unit.metadata.rules import dcterms_faults, marcxml_faults, oai_dc_faults

SAMPLES = Path(__file__).with_name("samples")
NAMES = ("poster", "bulletin", "leaflet")


def description_from(path: Path) -> Description:
    """The description that was written as JSON."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    del content["citation"]
    for name in ("added_at", "changed_at"):
        content[name] = datetime.fromisoformat(content[name])
    for name in ("licence_date", "embargo_until"):
        content[name] = content[name] and date.fromisoformat(content[name])
    content["issued"] = content["issued"] and parse_issue_date(content["issued"])
    content["creators"] = tuple(Creator(**given) for given in content["creators"])
    content["files"] = tuple(DescribedFile(**given) for given in content["files"])
    return Description(
        **{name: tuple(v) if isinstance(v, list) else v for name, v in content.items()}
    )


def samples() -> list[tuple[str, str]]:
    return [(name, made) for name in NAMES for made in FORMATS if made != "xlsx"]


@pytest.mark.parametrize(("name", "made"), samples())
def test_sample_is_written_as_it_was_checked(name: str, made: str) -> None:
    description = description_from(SAMPLES / f"{name}.json")
    expected = (SAMPLES / f"{name}.{FORMATS[made].ending}").read_bytes()
    assert b"".join(FORMATS[made].write_one([description])) == expected


_TEXTS = ("title", "subtitle", "responsibility", "publisher", "dimensions", "kind", "rights")
_MORE = ("abstract", "series", "volume", "plan_task")
_SEVERAL = ("themes", "places", "people", "events", "audiences", "grades", "subjects")


def test_every_demo_record_keeps_to_the_schemas() -> None:
    seen = 0
    for demo in publications():
        description = replace(
            bare(is_demo=True),
            **{name: getattr(demo, name) for name in (*_TEXTS, *_MORE, *_SEVERAL)},
            languages=demo.language,
            issued=parse_issue_date(demo.issued),
            creators=tuple(
                Creator(name=name, is_body=looks_like_body(name)) for name in demo.creators
            ),
        )
        for made, faults in (
            ("marcxml", marcxml_faults),
            ("dc", oai_dc_faults),
            ("dcterms", dcterms_faults),
        ):
            assert faults(b"".join(FORMATS[made].write_one([description]))) == [], demo.slug
        seen += 1
    assert seen >= 30
