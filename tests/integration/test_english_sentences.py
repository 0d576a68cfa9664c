"""What the code tells on English pages is English: page objects, forms, errors, messages.

The texts of the templates are looked at elsewhere; here it is what templates are handed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from flask import template_rendered
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from wtforms import Form, SelectField

from archive.core.offered import AUDIENCES, SUBJECTS
from archive.core.status import Status
from archive.models import Authority, Publication, Unit, User
from tests.conftest import make_pdf, post
from tests.house.languages import VIETNAMESE
from tests.integration.standing import ANYONE, Standing, page, standing_archive, words_of
from tests.integration.test_statements import LEFT_OUT, WITH

SENTENCE = "Old songs of the mountain people and how they were sung at the spring feast. "
VALUES = {
    "creators": ("Nong Van A (editor)", "Ban Tuyen giao"),
    "languages": ("vi", "tyz"),
    "themes": ("Feasts",),
    "places": ("Pac Bo",),
    "grades": ("8",),
}
# One address for all languages: what is read by programs, files, and pictures.
PREFIXLESS = re.compile(
    r"/(?:static|api)/|.*\.webp|.*/tai-ve|/an-pham/[^/]*/(?:tep|xuat|trang/\d+/(?:anh|chu))|/iiif"
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """Records without a single Vietnamese letter: what has one is told by the code."""
    with standing_archive(tmp_path_factory.mktemp("english")) as made:
        by = made.actor("depositor")
        for number, status in enumerate(Status):
            made.put(
                f"Songs {status.value}",
                # A page of the same words: alike publications are told of as well.
                make_pdf(SENTENCE * 4, f"{SENTENCE * 3} {status.value} {number}"),
                status=status,
                by=by,
                values=VALUES,
                series="Songs",
                volume=str(number),
                isbn="978-604-0-00000-0",
            )
        made.work()
        yield made


@pytest.fixture(scope="module")
def data(archive: Standing) -> list[str]:
    """Vietnamese that is data of the archive and stays as it is."""
    with archive.holdings.database.reading() as session:
        units = session.scalars(select(Unit.name)).all()
    found = [*units, "Người", *AUDIENCES, *SUBJECTS, archive.holdings.settings.site_name]
    return sorted(found, key=len, reverse=True)


def told(value: Any, *, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in what a template is handed, with where it stands."""
    if isinstance(value, LazyString | str):
        yield path, str(value)
    elif isinstance(value, Form):
        for name, field in value._fields.items():
            here = f"{path}.{name}"
            yield f"{here}.label", str(field.label.text)
            yield f"{here}.description", str(field.description)
            yield from told(list(field.errors), path=f"{here}.errors")
            if isinstance(field, SelectField):
                yield from told([choice.label for choice in field.choices or ()], path=here)
        yield from told(value.form_errors, path=f"{path}.errors")
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from told(getattr(value, each.name), path=f"{path}.{each.name}")
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from told(each, path=f"{path}[{key}]")
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from told(each, path=f"{path}[]")


def open_pages(archive: Standing, client: Any, paths: list[str]) -> Iterator[tuple[str, str, str]]:
    """The texts that the pages are handed: address, place, text."""
    handed: list[dict[str, Any]] = []

    def see(_sender: object, template: Any, context: dict[str, Any], **_rest: Any) -> None:
        if str(template.name).endswith(".html"):
            handed.append(context)

    with template_rendered.connected_to(see, archive.app):
        for path in paths:
            handed.clear()
            answer = client.get(f"/en{path}")
            assert answer.status_code < 500, path
            for context in handed:
                for name in ("page", "form", "me", "title", "message", "errors", "checks"):
                    for place, text in told(context.get(name), path=name):
                        yield path, place, text


def addresses(archive: Standing) -> list[str]:
    with archive.holdings.database.reading() as session:
        publications = session.scalars(select(Publication.id)).all()
        places: dict[str, list[object]] = {
            "unit_id": list(session.scalars(select(Unit.id).limit(1))),
            "user_id": list(session.scalars(select(User.id).limit(1))),
            "authority_id": list(session.scalars(select(Authority.id).limit(3))),
            "section": ["chu-de", "dia-danh"],
            "number": [1],
            "year": [2024],
        }
    found = []
    adapter = archive.app.url_map.bind("localhost")
    for rule in archive.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in LEFT_OUT:
            continue
        # The style guide shows its samples in Vietnamese.
        if rule.rule.startswith(("/api/", "/iiif/", "/static/", "/mau-giao-dien")):
            continue
        choices: list[dict[str, object]] = [{}]
        for name in rule.arguments:
            values = publications if name == "publication_id" else places.get(name, ())
            choices = [{**each, name: value} for each in choices for value in values]
        for chosen in choices:
            path = adapter.build(rule.endpoint, chosen, method="GET").removeprefix(
                "http://localhost"
            )
            found.append(f"{path}{WITH.get(path, '').replace('hoi+xuan', 'songs')}")
    return found


@pytest.mark.parametrize("who", [ANYONE, "depositor", "curator", "admin"])
def test_what_pages_are_handed_in_english_is_english(
    archive: Standing, data: list[str], who: str
) -> None:
    client = archive.client(who)
    left, astray, seen = {}, {}, 0
    for path, place, text in open_pages(archive, client, addresses(archive)):
        seen += 1
        bare = text
        for name in data:
            bare = bare.replace(name, "")
        if VIETNAMESE.search(bare):
            left[f"{place.rpartition('[')[0] or place} {text[:120]!r}"] = path
        if (
            re.match(r"/[a-z]", text)
            and not text.startswith(("/en/", "/en?"))
            and not PREFIXLESS.match(text)
        ):
            astray[f"{place} {text[:120]!r}"] = path
    assert not left, "\n".join(f"{path} {words}" for words, path in left.items())
    assert not astray, "\n".join(f"{path} {words}" for words, path in astray.items())
    assert seen > 500


def test_what_is_wrong_with_a_form_is_told_in_its_language(archive: Standing) -> None:
    english = archive.client("depositor")
    given = {"title": "", "issued": "32/13/2024", "unit": "so-van-hoa", "isbn": "978-604-0-00000-0"}
    answer = post(english, "/en/nop", given, token_from="/en/nop")
    assert answer.status_code == 422
    words = words_of(page(answer))
    assert "Enter the title." in words
    assert "There is no file yet." in words
    again = words_of(page(post(english, "/nop", given, token_from="/nop")))
    assert "Nhập nhan đề." in again
    assert "Enter the title." not in again


def test_what_was_done_is_told_on_the_next_page_in_its_language(archive: Standing) -> None:
    curator = archive.client("curator")
    submitted = archive.put("Songs once more", make_pdf(SENTENCE), status=Status.SUBMITTED)
    path = f"/en/an-pham/{submitted}"
    answer = post(curator, f"{path}/nhan", {}, token_from=path)
    assert answer.status_code == 302
    assert answer.location.startswith("/en/an-pham/")
    assert "Accepted into the archive with accession number " in words_of(page(curator.get(path)))


def test_an_error_is_told_in_english(archive: Standing) -> None:
    answer = archive.client(ANYONE).get("/en/khong-co")
    assert answer.status_code == 404
    assert "There is no such page, or it is open only to those who are signed in." in answer.text


def test_what_was_filled_in_in_english_is_stored_as_codes(archive: Standing) -> None:
    curator = archive.client("curator")
    number = archive.put("Songs in two tongues", make_pdf(SENTENCE))
    path = f"/en/an-pham/{number}/ho-so"
    form = {
        "title": "Songs in two tongues",
        "unit": "so-van-hoa",
        "kind": "book",
        "issued": "2024",
        "access": "public",
        "languages": "Vietnamese; Tay",
        "creators": "Nong Van A (editor)",
        "seen": "0",
    }
    assert post(curator, path, form, token_from=path).status_code == 302
    with archive.holdings.database.reading() as session:
        stored = session.get_one(Publication, number)
        assert stored.typed_values_of("languages") == ("vi", "tyz")
        assert stored.typed_values_of("creators") == ("Nong Van A (chủ biên)",)
    assert 'value="Vietnamese; Tay"' in curator.get(path).text
