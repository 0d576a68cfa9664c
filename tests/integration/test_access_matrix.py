"""Who sees what: what is closed to a reader is not found, not counted, not hinted at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from archive.core.dates import today
from archive.core.roles import Access
from archive.core.status import Status
from archive.metadata.formats import FORMATS
from tests.conftest import TOKEN, make_pdf, post
from tests.integration.standing import ANYONE, Standing, elements, page, standing_archive, words_of

KINDS = ("public", "internal", "restricted", "embargo")
VIEWERS = (ANYONE, "reader", "own-unit", "other-unit", "curator", "admin")
# Who may open least, and who is nearest to what they may not. The others with CI=true.
EVERYDAY = (ANYONE, "other-unit")
OWN, OTHER = "so-van-hoa", "tinh-doan"
# What readers see, or saw: these have page images; plain text, which is read faster, has none.
DRAWN = (Status.ACCEPTED, Status.WITHDRAWN)
Key = tuple[str, str]


EVERYBODY = frozenset(VIEWERS)
ACCOUNTS = EVERYBODY - {ANYONE}
TENDING = frozenset({"own-unit", "curator", "admin"})
_NOBODY_ELSE = dict.fromkeys(KINDS, TENDING)
# Who may open a publication and every part of it: state → access → viewers. This is the contract
# said once more, independently of the code.
MAY_OPEN: dict[str, dict[str, frozenset[str]]] = {
    "draft": _NOBODY_ELSE,
    "submitted": _NOBODY_ELSE,
    "in_review": _NOBODY_ELSE,
    "returned": _NOBODY_ELSE,
    "accepted": {
        "public": EVERYBODY,
        "internal": ACCOUNTS,
        "restricted": TENDING,
        "embargo": TENDING,
    },
    "withdrawn": _NOBODY_ELSE,
}


def is_open(kind: str, status: str, viewer: str) -> bool:
    return viewer in MAY_OPEN[status][kind]


def is_found(kind: str, status: str, viewer: str) -> bool:
    """Search, browse and home list accepted works only, whoever looks."""
    return status == "accepted" and is_open(kind, status, viewer)


def word_of(key: Key) -> str:
    """A word that stands in one publication's page and nowhere else."""
    return f"maso{KINDS.index(key[0])}{list(Status).index(Status(key[1]))}kin"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("matrix")) as made:
        yield made


@pytest.fixture(scope="module")
def publications(archive: Standing) -> dict[Key, str]:
    """One publication of `OWN` per access and status, its page read and drawn."""
    made: dict[Key, str] = {}
    for kind, status in product(KINDS, Status):
        key = (kind, status.value)
        word = word_of(key)
        text = f"chungchung {word}"
        made[key] = archive.put(
            f"Nhan đề {word}",
            make_pdf(text) if status in DRAWN else text.encode(),
            name=f"{word}.pdf" if status in DRAWN else f"{word}.txt",
            status=status,
            access=Access.PUBLIC if kind == "embargo" else Access(kind),
            embargo_until=today() + timedelta(days=30) if kind == "embargo" else None,
            abstract=f"Tóm tắt {word}",
            values={"themes": (f"Chủ đề {word}",), "places": ("Pác Bó",)},
        )
    archive.work()
    return made


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=() if name in EVERYDAY else pytest.mark.slow) for name in VIEWERS
    ],
)
def viewer(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(archive: Standing, viewer: str) -> Any:
    match viewer:
        case "own-unit":
            return archive.client("depositor", unit=OWN)
        case "other-unit":
            return archive.client("depositor", unit=OTHER)
        case _:
            return archive.client(viewer)


@dataclass(frozen=True)
class Route:
    """A GET of a publication or a part of it, `{id}` its identifier. `is_drawn`: there only where
    its page has a picture. `of_those_who_tend`: for its unit and curators alone, of accepted ones
    too. `answer`: what those who may open it get. `leaves_a_page`: once withdrawn, it says so to
    those who could read it before (410)."""

    path: str
    is_drawn: bool = False
    of_those_who_tend: bool = False
    answer: int = 200
    leaves_a_page: bool = False


# A row for each route that shows a publication or a part of one.
ROUTES = (
    Route("/an-pham/{id}", leaves_a_page=True),
    Route("/an-pham/{id}?trang=tat-ca", leaves_a_page=True),
    Route("/an-pham/{id}/tien-do", of_those_who_tend=True),
    Route("/an-pham/{id}/lich-su", of_those_who_tend=True),
    Route("/an-pham/{id}/trang/1", leaves_a_page=True),
    Route("/an-pham/{id}/trang/1?q=chungchung", leaves_a_page=True),
    Route("/an-pham/{id}/trang/1?xem=chu", leaves_a_page=True),
    Route("/an-pham/{id}/trang/1.txt"),
    Route("/an-pham/{id}/trang/1/in"),
    Route("/an-pham/{id}/cac-trang"),
    Route("/an-pham/{id}/trang?so=1", answer=302, leaves_a_page=True),
    Route("/an-pham/{id}/trang/1/anh-320.webp", is_drawn=True),
    Route("/an-pham/{id}/trang/1/anh-750.webp", is_drawn=True),
    Route("/an-pham/{id}/trang/1/anh-1200.webp", is_drawn=True),
    Route("/an-pham/{id}/anh-chia-se.jpg"),
    Route("/an-pham/{id}/tim"),
    Route("/an-pham/{id}/tim?q=chungchung"),
    Route("/an-pham/{id}/tep/1"),
    *(Route(f"/an-pham/{{id}}/tai-ve?dang={name}") for name in FORMATS),
    Route("/api/v1/publications/{id}"),
    Route("/api/v1/publications/{id}?format=marcxml"),
    Route("/api/v1/publications/{id}?format=dc"),
    Route("/api/v1/publications/{id}/search?q=chungchung"),
    Route("/api/v1/publications/{id}/pages/1"),
    Route("/iiif/3/{id}_1", is_drawn=True, answer=303),
    Route("/iiif/3/{id}_1/info.json", is_drawn=True),
    Route("/iiif/3/{id}_1/0,0,512,512/64,64/0/default.jpg", is_drawn=True),
    Route("/api/v1/publications/{id}/pages/1?q=chungchung"),
)
# Curators alone, whatever the state and access.
CURATING = (
    "/an-pham/{id}/ho-so",
    "/an-pham/{id}/ban-in",
    "/an-pham/{id}/ban-cu",
    "/an-pham/{id}/ban-cu/1/tep/1",
    "/an-pham/{id}/thay-tep",
)
# Routes of a publication that lead to changing it: they are asked elsewhere.
NOT_FOR_READING = {"deposits.edit"}


def paths_of(publication_id: str) -> list[str]:
    """The addresses that every reader of it may open."""
    return [route.path.format(id=publication_id) for route in ROUTES if not route.of_those_who_tend]


def test_matrix_has_a_row_for_every_route_of_a_publication(archive: Standing) -> None:
    """A route that shows a publication and stands in no row fails here."""
    adapter = archive.app.url_map.bind("localhost")
    paths = [*(route.path for route in ROUTES), *CURATING]
    known = {adapter.match(path.format(id="0" * 12).partition("?")[0])[0] for path in paths}
    showing = {
        rule.endpoint
        for rule in archive.app.url_map.iter_rules()
        if "publication_id" in rule.arguments and "GET" in (rule.methods or ())
    }
    assert showing - known == NOT_FOR_READING


def test_closed_publication_is_not_found_by_any_of_its_addresses(
    publications: dict[Key, str], viewer: str, client: Any
) -> None:
    for ((kind, status), publication_id), route in product(publications.items(), ROUTES):
        if route.of_those_who_tend and viewer in (ANYONE, "reader"):
            continue  # Not their kind of page at all: a sign-in or a refusal, whatever exists.
        path = route.path.format(id=publication_id)
        there = not route.is_drawn or Status(status) in DRAWN
        may = viewer in TENDING if route.of_those_who_tend else is_open(kind, status, viewer)
        expected = route.answer if there and may else 404
        if expected == 404 and route.leaves_a_page and leaves_a_page(kind, status, viewer):
            expected = 410
        answer = client.get(path)
        assert answer.status_code == expected, f"{viewer} {kind} {status} {path}"
        text = answer.get_data().decode(errors="replace")
        if expected == 410:
            # The title is told, and of all else nothing.
            text = text.replace(f"Nhan đề {word_of((kind, status))}", "")
        if not is_open(kind, status, viewer):
            assert word_of((kind, status)) not in text


def test_curators_alone_are_let_into_what_is_theirs(
    publications: dict[Key, str], viewer: str, client: Any
) -> None:
    for (key, publication_id), path in product(publications.items(), CURATING):
        answer = client.get(path.format(id=publication_id))
        if viewer in ("curator", "admin"):
            assert answer.status_code in (200, 404, 409), path
        else:
            assert answer.status_code == (302 if viewer == ANYONE else 403), path
            assert word_of(key) not in answer.get_data().decode(errors="replace")


def leaves_a_page(kind: str, status: str, viewer: str) -> bool:
    """Whether something withdrawn says so to this viewer: they could read it before."""
    return status == "withdrawn" and is_open(kind, "accepted", viewer)


def test_closed_publication_answers_like_one_that_never_was(
    publications: dict[Key, str], archive: Standing
) -> None:
    """404, not 403, and not a letter that differs."""
    client = archive.client("depositor", unit=OTHER)
    hidden = publications["restricted", "accepted"]
    for path, never in zip(paths_of(hidden), paths_of("0" * 12), strict=True):
        closed, unknown = client.get(path), client.get(never)
        assert closed.status_code == unknown.status_code == 404
        # The way to the page in another language holds the address that was asked for.
        assert without_token(closed).replace(hidden, "0" * 12) == without_token(unknown)
    for act in ("sua", "tien-do"):
        assert client.get(f"/an-pham/{hidden}/{act}").status_code == 404


@pytest.mark.parametrize("kind", ["internal", "restricted"])
def test_who_is_not_signed_in_is_led_to_the_sign_in_and_told_nothing_more(
    publications: dict[Key, str], archive: Standing, kind: str
) -> None:
    """The same words, whether there is something behind the address or nothing."""
    client = archive.client(ANYONE)
    hidden, never = publications[kind, "accepted"], "0" * 12
    for prefix in ("", "/en"):
        closed, unknown = (client.get(f"{prefix}/an-pham/{each}?a=1") for each in (hidden, never))
        assert closed.status_code == unknown.status_code == 404
        assert without_token(closed).replace(hidden, never) == without_token(unknown)
        back = f"/dang-nhap?next={prefix}/an-pham/{hidden}?a%3D1"
        links = [link.get("href") for link in elements(page(closed), "a")]
        assert links.count(prefix + back) == 2, links
    assert "hoặc chỉ mở cho người đã đăng nhập" in client.get(f"/an-pham/{hidden}").text
    signed = archive.client("depositor", unit=OTHER).get(f"/an-pham/{never}")
    assert "không mở cho tài khoản đang dùng" in signed.text
    assert "dang-nhap" not in signed.text


def without_token(answer: Any) -> str:
    """The page without its form token, which changes from one second to the next."""
    return TOKEN.sub("", answer.get_data(as_text=True))


def expected_keys(viewer: str) -> set[Key]:
    return {
        (kind, status.value)
        for kind, status in product(KINDS, Status)
        if is_found(kind, status.value, viewer)
    }


@pytest.mark.parametrize("group", ["work", "page"])
def test_api_counts_and_lists_just_what_may_be_read(
    publications: dict[Key, str], viewer: str, client: Any, group: str
) -> None:
    expected = {publications[key] for key in expected_keys(viewer)}
    for query in ("chungchung", ""):
        answer = client.get(
            "/api/v1/search", query_string={"q": query, "group": group, "per_page": 100}
        ).json
        ids = {
            item["id"] if group == "work" else item["publication"]["id"] for item in answer["items"]
        }
        assert ids == expected
        assert answer["total"] == answer["total_pages"] == len(expected)
        assert sum(count["count"] for count in answer["facets"]["year"]) == len(expected)
        assert sum(count["count"] for count in answer["facets"]["theme"]) == len(expected)
        assert sum(count["count"] for count in answer["facets"]["unit"]) == len(expected)


def test_word_of_a_closed_text_finds_nothing_and_hints_at_nothing(
    publications: dict[Key, str], viewer: str, client: Any
) -> None:
    for key in publications:
        word = word_of(key)
        answer = client.get("/api/v1/search", query_string={"q": word}).json
        if is_found(*key, viewer):
            assert answer["total"] == 1
            assert f"<mark>{word}</mark>" in answer["items"][0]["pages"][0]["snippet"]
            continue
        for query in (
            "{}",
            "{} chungchung",
            '"chungchung {}"',
            "nhan_de:{}",
            "chungchung -{}",
            "{} OR chungchung",
        ):
            hidden, never = (answer_to(client, query, w) for w in (word, "maso99kin"))
            assert hidden == never, f"{viewer} {key} {query}"


def answer_to(client: Any, query: str, word: str) -> str:
    """The whole answer, scores and order and all, with the word itself taken out."""
    answer = client.get("/api/v1/search", query_string={"q": query.format(word)}).json
    del answer["took_ms"]
    return json.dumps(answer).replace(word, "…")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/duyet",
        "/duyet?nhom=theme",
        "/duyet?year=2024",
        "/duyet?unit=so-van-hoa&sort=title",
        "/tim-kiem",
        "/tim-kiem?q=chungchung",
        "/tim-kiem?q=nhan+de",
        "/tim-kiem?q=pac+bo&sort=newest",
        "/tim-kiem/goi-y?q=nhan+de",
        "/tim-kiem/goi-y?q=chu+de",
        "/tim-kiem.atom",
        "/tim-kiem.atom?q=chungchung",
        "/tim-kiem/tai-ve?dang=marcxml",
        "/tim-kiem/tai-ve?dang=ris&q=chungchung",
        "/tim-kiem/tai-ve?dang=csv&year=2024",
        "/duyet/tai-ve?dang=json",
        "/duyet/tai-ve?dang=bibtex&unit=so-van-hoa",
        "/duyet-nop",
        "/cua-toi",
    ],
)
def test_page_of_a_list_names_nothing_that_is_closed(
    publications: dict[Key, str], viewer: str, client: Any, path: str
) -> None:
    html = client.get(path).get_data(as_text=True)
    shown = {key for key in publications if word_of(key) in html}
    ids = {key for key, publication_id in publications.items() if publication_id in html}
    if viewer not in ("curator", "admin", "own-unit"):
        assert shown <= expected_keys(viewer)
        assert ids <= expected_keys(viewer)
    if not path.startswith(("/duyet-nop", "/cua-toi")):
        assert shown | ids <= expected_keys(viewer), "lists are of accepted works"
        assert shown or path == "/duyet-nop"


def test_site_map_names_what_anyone_may_read_whoever_asks(
    publications: dict[Key, str], client: Any
) -> None:
    text = client.get("/sitemap-an-pham-1.xml").get_data(as_text=True)
    named = {key for key, publication_id in publications.items() if publication_id in text}
    assert named == {("public", "accepted")}


def test_home_counts_what_its_reader_may_read(
    publications: dict[Key, str], viewer: str, client: Any
) -> None:
    number = len(expected_keys(viewer))
    assert f"{number} ấn phẩm, {number} trang" in words_of(page(client.get("/")))
    found = words_of(page(client.get("/tim-kiem?q=chungchung")))
    assert f"{number} ấn phẩm, {number} trang khớp" in found


def test_chosen_facet_of_a_closed_record_counts_nothing(
    publications: dict[Key, str], archive: Standing
) -> None:
    client = archive.client(ANYONE)
    theme = f"Chủ đề {word_of(('restricted', 'accepted'))}"
    for query in ("", "chungchung"):
        asked = {"theme": theme, "q": query}
        answer = client.get("/api/v1/search", query_string=asked).json
        assert (answer["total"], answer["items"]) == (0, [])
        assert [c["count"] for c in answer["facets"]["theme"] if c["selected"]] == [0]
        assert answer["facets"]["place"] == []


def test_unit_is_named_alike_whether_it_holds_closed_records_or_none(archive: Standing) -> None:
    archive.put("Kín của Tỉnh đoàn", make_pdf("x"), unit=OTHER, access=Access.RESTRICTED)
    archive.work()
    client = archive.client(ANYONE)
    answer = client.get("/api/v1/search?unit=tinh-doan").json
    chosen = [count for count in answer["facets"]["unit"] if count["selected"]]
    empty = client.get("/api/v1/search?unit=chua-ro").json
    nothing = [count for count in empty["facets"]["unit"] if count["selected"]]
    assert [(count["label"], count["count"]) for count in chosen] == [("Tỉnh đoàn", 0)]
    assert [(count["label"], count["count"]) for count in nothing] == [("Chưa rõ đơn vị", 0)]


def test_child_is_not_found_through_another_parent(
    publications: dict[Key, str], archive: Standing
) -> None:
    """A page or file number beyond a publication's own is nobody's, though the rows exist."""
    curator = archive.client("curator")
    two = archive.put("Hai trang", make_pdf("một", "hai"))
    archive.work()
    one = publications["public", "accepted"]
    assert curator.get(f"/an-pham/{two}/trang/2").status_code == 200
    for path in paths_of(one):
        if "/trang/1" in path or "/pages/1" in path or "/tep/1" in path:
            for number in ("0", "2", "999999999", "9" * 30):
                moved = path.replace("/trang/1", f"/trang/{number}").replace(
                    "/pages/1", f"/pages/{number}"
                )
                moved = moved.replace("/tep/1", f"/tep/{number}")
                assert curator.get(moved).status_code == 404, moved


def test_depositor_of_another_unit_may_do_nothing_to_what_they_cannot_see(
    publications: dict[Key, str], archive: Standing
) -> None:
    client = archive.client("depositor", unit=OTHER)
    returned = publications["public", "returned"]
    for act in ("nop-lai", "sua"):
        assert post(client, f"/an-pham/{returned}/{act}", {"title": "x"}).status_code == 404
    accepted = publications["public", "accepted"]
    assert post(client, f"/an-pham/{accepted}/nop-lai", {}).status_code == 403
    assert post(client, f"/an-pham/{accepted}/sua", {"title": "x"}).status_code == 404
    for act in ("nhan", "tra-lai", "thu-hoi"):
        assert post(client, f"/an-pham/{accepted}/{act}", {"note": "x"}).status_code == 403


def test_withdrawn_publication_is_gone_at_once_even_before_the_index_follows(
    archive: Standing,
) -> None:
    publication_id = archive.put("Sẽ thu hồi", make_pdf("dulieuthuhoi"))
    archive.work()
    client, curator = archive.client(ANYONE), archive.client("curator")
    assert client.get("/api/v1/search?q=dulieuthuhoi").json["total"] == 1
    post(curator, f"/an-pham/{publication_id}/thu-hoi", {"note": "In sai"})
    for route in ROUTES:
        if not route.of_those_who_tend:
            path = route.path.format(id=publication_id)
            assert client.get(path).status_code == (410 if route.leaves_a_page else 404), path
    answer = client.get("/api/v1/search?q=dulieuthuhoi").json
    assert answer["items"] == []
    assert "Sẽ thu hồi" not in client.get("/").get_data(as_text=True)
    assert "Sẽ thu hồi" not in client.get("/tim-kiem?q=dulieuthuhoi").get_data(as_text=True)
    archive.work()
    assert client.get("/api/v1/search?q=dulieuthuhoi").json["total"] == 0
