"""Page images by region and size: what viewers are told, what they get, and who gets it."""

from __future__ import annotations

import hashlib
import io
import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from archive.core.errors import LimitReachedError, StorageFullError
from archive.core.roles import SYSTEM, Access
from archive.extract.page_pixels import draw_page
from archive.models import Publication
from archive.services import page_cutting, reviews
from archive.web.present import tiles_url
from tests.conftest import make_pdf
from tests.integration.standing import ANYONE, Standing, standing_archive

TILE = "0,0,512,512/512,512/0/default.webp"
WIDTH, HEIGHT = 1300, 900
RED, GREEN, BLUE, GREY = (200, 30, 30), (30, 160, 60), (30, 60, 200), (128, 128, 128)
# One colour for each quarter: left above, right above, left below, right below.
QUARTERS = (RED, GREEN, BLUE, GREY)


def quartered() -> bytes:
    """A picture of which each quarter has a colour of its own."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    for place, colour in enumerate(QUARTERS):
        corner = (place % 2 * WIDTH // 2, place // 2 * HEIGHT // 2)
        image.paste(colour, (*corner, corner[0] + WIDTH // 2, corner[1] + HEIGHT // 2))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("iiif")) as made:
        yield made


@pytest.fixture(scope="module")
def picture(archive: Standing) -> str:
    """The address of a public page of four colours."""
    publication_id = archive.put("Bốn màu", quartered(), name="bon-mau.png")
    archive.work()
    return f"/iiif/3/{publication_id}_1"


def ask(archive: Standing, path: str, *, role: str = ANYONE, **headers: str) -> Any:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return archive.client(role).get(path, headers=given)


def opened(answer: Any) -> Image.Image:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return Image.open(io.BytesIO(answer.data))


def test_description_tells_size_tiles_and_what_is_offered(archive: Standing, picture: str) -> None:
    answer = ask(archive, f"{picture}/info.json")
    told = json.loads(answer.data)
    assert next(iter(told)) == "@context"
    assert told["id"] == f"http://localhost{picture}"
    assert (told["type"], told["profile"]) == ("ImageService3", "level2")
    assert (told["width"], told["height"]) == (WIDTH, HEIGHT)
    assert told["tiles"] == [{"width": 512, "scaleFactors": [1, 2, 4]}]
    assert told["sizes"][0] == {"width": 325, "height": 225}
    assert tiles_url(picture[8:-2], 1) == f"{picture}/info.json"


def test_every_tile_of_every_scale_is_the_part_it_names(archive: Standing, picture: str) -> None:
    told = json.loads(ask(archive, f"{picture}/info.json").data)
    side = told["tiles"][0]["width"]
    for factor in told["tiles"][0]["scaleFactors"]:
        for left in range(0, WIDTH, side * factor):
            for top in range(0, HEIGHT, side * factor):
                width, height = (
                    min(side * factor, WIDTH - left),
                    min(side * factor, HEIGHT - top),
                )
                size = (-(-width // factor), -(-height // factor))
                path = f"{left},{top},{width},{height}/{size[0]},{size[1]}/0/default.webp"
                tile = opened(ask(archive, f"{picture}/{path}")).convert("RGB")
                assert tile.size == size, path
                for x, y in ((2, 2), (size[0] - 3, size[1] - 3)):
                    place = (left + x * factor >= WIDTH // 2) + 2 * (
                        top + y * factor >= HEIGHT // 2
                    )
                    wanted = QUARTERS[place]
                    found = tile.getpixel((x, y))
                    assert isinstance(found, tuple)
                    near = all(abs(a - b) < 25 for a, b in zip(found, wanted, strict=True))
                    assert near, (path, x, y, found, wanted)


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ("full/max/0/default.jpg", (1300, 900)),
        ("square/max/0/color.png", (900, 900)),
        ("10,20,300,200/max/0/default.webp", (300, 200)),
        ("pct:0,0,50,50/pct:10/0/default.jpg", (65, 45)),
        ("full/130,/0/default.jpg", (130, 90)),
        ("full/,90/0/default.jpg", (130, 90)),
        ("full/100,300/0/default.png", (100, 300)),
        ("full/!100,100/0/gray.jpg", (100, 69)),
        ("full/130,/90/default.jpg", (90, 130)),
        ("full/130,/!180/bitonal.png", (130, 90)),
        ("1200,800,500,500/max/270/gray.webp", (100, 100)),
    ],
)
def test_level_two_is_given_in_every_format(
    archive: Standing, picture: str, asked: str, size: tuple[int, int]
) -> None:
    answer = ask(archive, f"{picture}/{asked}")
    image = opened(answer)
    assert image.size == size
    name = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[asked.rpartition(".")[2]]
    assert image.format == name
    assert answer.mimetype == f"image/{name.lower()}"


def test_page_is_turned_clockwise_after_it_was_mirrored(archive: Standing, picture: str) -> None:
    seen = {}
    for rotation in ("0", "90", "180", "270", "!0", "!90"):
        image = opened(ask(archive, f"{picture}/full/130,/{rotation}/color.png"))
        assert image.convert("RGB").getpixel((2, 2)) in QUARTERS
        seen[rotation] = QUARTERS.index(image.convert("RGB").getpixel((2, 2)))
    assert seen == {"0": 0, "90": 2, "180": 3, "270": 1, "!0": 1, "!90": 3}


@pytest.mark.parametrize(
    ("asked", "status", "word"),
    [
        ("all/max/0/default.jpg", 400, "vùng ảnh “all”"),
        ("0,0,0,9/max/0/default.jpg", 400, "không có phần nào"),
        ("1300,0,9,9/max/0/default.jpg", 400, "không có phần nào"),
        ("full/5/0/default.jpg", 400, "cỡ ảnh “5”"),
        ("full/1301,/0/default.jpg", 400, "lớn hơn"),
        ("full/pct:0/0/default.jpg", 400, "nhỏ hơn"),
        ("full/^1301,/0/default.jpg", 501, "không phóng"),
        ("0,0,9,9/^max/0/default.jpg", 200, ""),
        ("full/max/45/default.jpg", 400, "“45”"),
        ("full/max/x/default.jpg", 400, "góc xoay “x”"),
        ("full/max/0/native.jpg", 400, "“native”"),
        ("full/max/0/default.tif", 400, "“tif”"),
        ("full/{x}/0/{0}.jpg", 400, "“{x}”"),
        ("full/%5Emax/0/default.jpg", 200, ""),
        ("full/max/0", 404, ""),
    ],
)
def test_what_cannot_be_given_is_told_in_a_sentence(
    archive: Standing, picture: str, asked: str, status: int, word: str
) -> None:
    answer = ask(archive, f"{picture}/{asked}")
    assert answer.status_code == status
    if word:
        assert answer.mimetype == "text/plain"
        assert word.lower() in answer.get_data(as_text=True).lower()


def test_no_request_is_a_fault_of_the_server(archive: Standing, picture: str) -> None:
    chance = random.Random(3)
    parts = ["full", "square", "max", "^", "!", "pct:", ",", "0", "1", "90", "900", "1e9", "-", "."]
    for _ in range(250):
        words = ["".join(chance.choices(parts, k=chance.randint(1, 7))) for _ in range(4)]
        words[chance.randrange(4)] = chance.choice(["full", "max", "0", "default"])
        kind = chance.choice(["jpg", "webp", "gif"])
        path = f"{picture}/{'/'.join(words)}.{kind}"
        assert ask(archive, path).status_code in (200, 400, 404, 501), path


def test_answers_name_their_one_spelling_and_what_is_offered(
    archive: Standing, picture: str
) -> None:
    answer = ask(archive, f"{picture}/pct:0,0,50,50/!65,65/0/color.jpg")
    assert answer.headers.getlist("Link") == [
        f'<http://localhost{picture}/0,0,650,450/65,45/0/default.jpg>;rel="canonical"',
        '<http://iiif.io/api/image/3/level2.json>;rel="profile"',
    ]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, 'application/ld+json;profile="http://iiif.io/api/image/3/context.json"'),
        ("*/*", 'application/ld+json;profile="http://iiif.io/api/image/3/context.json"'),
        ("application/ld+json", 'application/ld+json;profile="http://iiif.io/api/image/3/context'),
        ("application/json", "application/json"),
        ("text/html", "application/ld+json"),
    ],
)
def test_description_is_json_of_the_kind_that_is_accepted(
    archive: Standing, picture: str, accept: str | None, media_type: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    answer = ask(archive, f"{picture}/info.json", **headers)
    assert answer.headers["Content-Type"].startswith(media_type)
    assert "Accept" in answer.headers["Vary"]
    assert json.loads(answer.data)["type"] == "ImageService3"


def test_identifier_alone_leads_to_its_description(archive: Standing, picture: str) -> None:
    answer = ask(archive, picture)
    assert answer.status_code == 303
    assert answer.location == f"http://localhost{picture}/info.json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_anyone_may_see_may_be_used_anywhere(archive: Standing, picture: str) -> None:
    for path in (f"{picture}/info.json", f"{picture}/full/130,/0/default.jpg"):
        answer = ask(archive, path)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Cache-Control"] == "public, no-cache"
    asked = archive.client(ANYONE).options(f"{picture}/info.json")
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in asked.headers["Access-Control-Allow-Methods"]
    assert archive.client(ANYONE).head(f"{picture}/info.json").status_code == 200


def test_what_is_not_open_to_all_stays_with_its_reader(archive: Standing) -> None:
    inside = archive.put("Nội bộ", quartered(), name="noi-bo.png", access=Access.INTERNAL)
    archive.work()
    paths = [f"/iiif/3/{inside}_1/info.json", f"/iiif/3/{inside}_1/full/130,/0/default.jpg"]
    for path in paths:
        answer = ask(archive, path, role="reader")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        refused = ask(archive, path)
        assert refused.status_code == 404, "the same picture is public under another identifier"
        assert "Access-Control-Allow-Origin" not in refused.headers


def test_kept_tile_goes_with_its_publication_at_once(archive: Standing) -> None:
    publication_id = archive.put("Sẽ thu hồi", quartered(), name="thu-hoi.png")
    archive.work()
    paths = [f"/iiif/3/{publication_id}_1{end}" for end in ("", "/info.json", f"/{TILE}")]
    etags = [ask(archive, path).headers.get("ETag") for path in paths]

    def found() -> set[int]:
        return {
            ask(archive, path, **({"If_None_Match": etag} if etag else {})).status_code
            for path, etag in zip(paths, etags, strict=True)
        }

    assert found() == {303, 304}
    set_record(archive, publication_id, embargo_until=date(2999, 1, 1))
    assert found() == {404}
    set_record(archive, publication_id, embargo_until=None)
    assert found() == {303, 304}
    with archive.holdings.database.writing() as session:
        publication = session.get_one(Publication, publication_id)
        reviews.withdraw(session, publication, by=SYSTEM, note="Bản in có lỗi")
        session.commit()
    assert found() == {404}


def set_record(archive: Standing, publication_id: str, **values: Any) -> None:
    with archive.holdings.database.writing() as session:
        publication = session.get_one(Publication, publication_id)
        for name, value in values.items():
            setattr(publication, name, value)
        session.commit()


def test_reader_who_has_the_pixels_gets_none(archive: Standing, picture: str) -> None:
    first = ask(archive, f"{picture}/{TILE}")
    again = ask(archive, f"{picture}/{TILE}", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "public, no-cache"
    same = ask(archive, f"{picture}/0,0,512,512/max/0/color.webp")
    assert same.headers["ETag"] == first.headers["ETag"]
    other = ask(archive, f"{picture}/0,0,512,512/max/0/gray.webp")
    assert other.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("number", ["0", "2", "999999999", "9" * 30, "-1", "x", ""])
def test_page_that_is_not_there_has_no_picture(
    archive: Standing, picture: str, number: str
) -> None:
    for end in ("", "/info.json", "/full/max/0/default.jpg"):
        assert ask(archive, f"{picture[:-1]}{number}{end}").status_code == 404


def test_text_without_pages_has_no_picture(archive: Standing) -> None:
    publication_id = archive.put("Chữ", "Một dòng chữ".encode(), name="chu.txt")
    archive.work()
    assert archive.client(ANYONE).get(f"/an-pham/{publication_id}/trang/1").status_code == 200
    assert ask(archive, f"/iiif/3/{publication_id}_1/info.json").status_code == 404


def test_pdf_is_drawn_at_print_resolution(archive: Standing) -> None:
    publication_id = archive.put("Sách", make_pdf("Một trang chữ"))
    archive.work()
    told = json.loads(ask(archive, f"/iiif/3/{publication_id}_1/info.json").data)
    assert max(told["width"], told["height"]) == 2896
    image = opened(ask(archive, f"/iiif/3/{publication_id}_1/full/max/0/default.jpg"))
    assert image.size == (told["width"], told["height"])
    assert image.convert("L").getextrema()[0] < 100


@pytest.mark.parametrize("harm", ["emptied", "cut", "removed"])
def test_damaged_cache_is_noticed_and_made_anew(archive: Standing, picture: str, harm: str) -> None:
    path = f"{picture}/{TILE}"
    whole = ask(archive, path).data
    tiles = archive.holdings.tiles
    kept = [file for file in tiles.folder.rglob("*") if file.suffix in (".jpg", ".webp")]
    assert kept
    if harm == "removed":
        tiles.clear()
    for file in kept if harm != "removed" else ():
        file.write_bytes(b"" if harm == "emptied" else file.read_bytes()[:-9])
    forget_drawn(archive)
    assert ask(archive, path).data == whole
    assert ask(archive, path).data == whole


def forget_drawn(archive: Standing) -> None:
    """As after a start: no page is at hand."""
    archive.holdings.drawn_pages._pages.clear()


def test_page_is_drawn_once_for_all_who_ask_at_once(
    archive: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication_id = archive.put("Nhiều người xem", make_pdf("Nhiều người xem"))
    archive.work()
    drawn = []

    def counted(*args: Any, **kwargs: Any) -> Any:
        drawn.append(args)
        return draw_page(*args, **kwargs)

    monkeypatch.setattr(page_cutting, "draw_page", counted)
    paths = [
        f"/iiif/3/{publication_id}_1/{512 * column},0,512,512/max/0/default.webp"
        for column in range(3)
    ]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda path: archive.app.test_client().get(path), paths * 2))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len(drawn) == 1
    assert [a.data for a in answers[:3]] == [a.data for a in answers[3:]]


def test_page_that_takes_too_much_is_not_tried_for_every_tile(
    archive: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication_id = archive.put("Nặng quá", make_pdf("Một trang quá nặng"))
    archive.work()
    tries = []

    def too_much(*args: Any, **kwargs: Any) -> Any:
        tries.append(kwargs["limits"].cpu_seconds)
        raise LimitReachedError(limit="cpu_seconds", value=8)

    monkeypatch.setattr(page_cutting, "draw_page", too_much)
    for column in range(3):
        path = f"/iiif/3/{publication_id}_1/{512 * column},0,512,512/max/0/default.webp"
        answer = ask(archive, path)
        assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert tries == [8.0]
    assert ask(archive, f"/iiif/3/{publication_id}_1/info.json").status_code == 404
    monkeypatch.undo()
    monkeypatch.setattr(page_cutting, "_FAILED_SECONDS", 0)
    assert ask(archive, f"/iiif/3/{publication_id}_1/info.json").status_code == 200
    assert ask(archive, path).status_code == 200, "it is tried again after a while"


def test_page_that_waited_for_the_machine_is_tried_again(
    archive: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication_id = archive.put("Máy bận", make_pdf("Máy đang bận"))
    archive.work()

    def too_slow(*_args: Any, **_kwargs: Any) -> Any:
        raise LimitReachedError(limit="wall_seconds", value=28.0)

    path = f"/iiif/3/{publication_id}_1/0,0,512,512/max/0/default.webp"
    with monkeypatch.context() as patched:
        patched.setattr(page_cutting, "draw_page", too_slow)
        assert ask(archive, path).status_code == 503
    assert ask(archive, path).status_code == 200


def test_reader_of_a_busy_archive_is_told_when_to_come_back(
    archive: Standing, picture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_cutting, "_WAIT_SECONDS", 0.05)
    forget_drawn(archive)
    key = (digest_of(quartered()), 1)
    with archive.holdings.drawn_pages.turn(key, wait_seconds=1):
        answer = ask(archive, f"{picture}/1,1,9,9/max/0/default.png")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.mimetype == "text/plain"
    assert ask(archive, f"{picture}/1,1,9,9/max/0/default.png").status_code == 200
    with ExitStack() as large_ones:
        for _ in range(2):
            large_ones.enter_context(archive.holdings.drawn_pages.large_turn(wait_seconds=1))
        big = archive.put("Ảnh lớn", big_png(), name="lon.png")
        archive.work()
        assert ask(archive, f"/iiif/3/{big}_1/full/max/0/default.jpg").status_code == 503
        assert ask(archive, f"/iiif/3/{big}_1/full/90,/0/default.jpg").status_code == 200
    assert ask(archive, f"/iiif/3/{big}_1/full/max/0/default.jpg").status_code == 200


def big_png() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (1600, 1000), BLUE).save(written, "PNG")
    return written.getvalue()


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_full_disk_shows_pages_without_keeping_them(
    archive: Standing, picture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_path: Path, _data: bytes) -> None:
        raise StorageFullError

    archive.holdings.tiles.clear()
    forget_drawn(archive)
    monkeypatch.setattr(archive.holdings.tiles, "write", no_room)
    assert ask(archive, f"{picture}/{TILE}").status_code == 200
    assert not list(archive.holdings.tiles.folder.rglob("*.webp"))


def test_only_what_is_offered_is_kept(archive: Standing, picture: str) -> None:
    archive.holdings.tiles.clear()
    for asked in ("3,3,50,50/max/0/default.jpg", "full/77,/0/default.jpg", "full/max/90/gray.png"):
        assert ask(archive, f"{picture}/{asked}").status_code == 200
    forget_drawn(archive)
    assert ask(archive, f"{picture}/3,3,50,50/max/0/default.jpg").status_code == 200
    names = [path.name for path in archive.holdings.tiles.folder.rglob("*.*")]
    assert names == [f"full-1-{WIDTH}x{HEIGHT}.jpg"]
    assert ask(archive, f"{picture}/{TILE}").status_code == 200
    assert len(list(archive.holdings.tiles.folder.rglob("*.*"))) == 2
