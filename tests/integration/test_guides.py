"""Help: the entrance, and a guide for each kind of user."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from jinja2 import Environment

from archive.app import ROOT
from archive.web.guides import NAMES, PICTURES
from tests.house.languages import unmarked_in_template
from tests.integration.standing import ANYONE, Standing, elements, page, standing_archive, words_of

ROLES = {"nop": "depositor", "bien-muc": "curator", "quan-tri": "admin"}
GUIDES = [(name, ROLES.get(name, ANYONE)) for name in NAMES]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("guides")) as made:
        yield made


def text_of(archive: Standing, path: str, who: str = ANYONE) -> str:
    answer = archive.client(who).get(path, follow_redirects=True)
    assert answer.status_code == 200, path
    return str(answer.get_data(as_text=True))


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_entrance_leads_to_every_guide_and_old_anchors_lead_on(archive: Standing, prefix: str):
    text = text_of(archive, f"{prefix}/huong-dan")
    for name in NAMES:
        assert re.search(rf'id="{name}" href="{prefix}/huong-dan/{name}"', text), name
    assert re.search(rf'id="trinh-duyet"><a href="{prefix}/huong-dan/ban-doc#phim-tat"', text), (
        "the anchor of keys and phones"
    )
    assert 'id="phim-tat"' in text_of(archive, f"{prefix}/huong-dan/ban-doc")


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(("name", "who"), GUIDES)
def test_every_link_of_a_guide_answers_for_whom_it_is_written(
    archive: Standing, name: str, who: str, prefix: str
):
    text = text_of(archive, f"{prefix}/huong-dan/{name}")
    main = text.partition("<main")[2].partition("</main>")[0]
    links = set(re.findall(r'<a [^>]*href="([^"]+)"', main))
    assert len(links) >= len(NAMES)
    for link in links:
        path, _, anchor = link.partition("#")
        assert path.startswith((f"{prefix}/", "/static/")), link
        answer = archive.client(who).get(path, follow_redirects=True)
        assert answer.status_code == 200, link
        assert not anchor or f'id="{anchor}"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(("name", "who"), GUIDES)
def test_guide_has_a_few_steps_with_pictures_and_answers_questions(
    archive: Standing, name: str, who: str
):
    root = page(archive.client(who).get(f"/huong-dan/{name}"))
    steps = [each for each in elements(root, "li") if "help__step" in each.get("class", "")]
    assert 5 <= len(steps) <= 8
    asked = [each for each in elements(root, "div") if each.get("class") == "help__question"]
    assert len(asked) >= 4
    pictures = [each for step in steps for each in elements(step, "img")]
    assert len(pictures) >= len(steps) // 3
    for picture in pictures:
        assert picture.get("loading") == "lazy"
        assert len(picture.get("alt", "")) > 20
        assert int(picture.get("width", 0)) in (390, 1000)
        assert int(picture.get("height", 0)) >= 300


def test_every_picture_is_used_by_a_guide(archive: Standing):
    used = {
        found
        for name in NAMES
        for found in re.findall(
            r'<img src="/static/help/([\w-]+)\.webp\?v=', text_of(archive, f"/huong-dan/{name}")
        )
    }
    assert used == {path.stem for path in PICTURES.iterdir()}


def test_picture_is_served_as_what_it_is(archive: Standing):
    found = re.search(r'src="(/static/help/[^"]+)"', text_of(archive, "/huong-dan/ban-doc"))
    assert found is not None
    answer = archive.client(ANYONE).get(found.group(1))
    assert answer.mimetype == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Content-Encoding" not in answer.headers


def test_english_guide_says_that_its_pictures_are_vietnamese(archive: Standing):
    english = words_of(page(archive.client(ANYONE).get("/en/huong-dan/nop")))
    assert "The pictures show the pages in Vietnamese." in english
    assert "Hình chụp" not in words_of(page(archive.client(ANYONE).get("/huong-dan/nop")))


def test_there_is_no_other_guide(archive: Standing):
    assert archive.client(ANYONE).get("/huong-dan/index").status_code == 404


def test_guides_tell_nothing_that_cannot_be_translated():
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    ours = [
        *(ROOT / "templates" / "help").glob("*.html"),
        *(ROOT / "templates" / "components").glob("guide_*.html"),
        ROOT / "templates" / "layouts" / "guide.html",
    ]
    assert [text for path in ours for text in unmarked_in_template(path, environment)] == []
