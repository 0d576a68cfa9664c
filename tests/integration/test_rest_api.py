"""The JSON API: the contract's keys, its own schema, and problems that name what was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from archive.api.rest.shapes import (
    InsideAnswer,
    PageShape,
    Problem,
    PublicationShape,
    SearchAnswer,
)
from tests.conftest import make_pdf
from tests.integration.standing import ANYONE, Standing, standing_archive

CONTRACT_ANSWER = {
    "query", "total", "total_pages", "relaxed", "took_ms", "suggestion", "items", "facets",
}  # fmt: skip
CONTRACT_WORK = {
    "id", "title", "year", "kind", "unit", "url", "thumbnail", "score", "pages_matched", "pages",
}  # fmt: skip
CONTRACT_FACETS = {"year", "unit", "kind", "theme", "place", "audience", "language"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_archive(tmp_path_factory.mktemp("api")) as made:
        yield made


@pytest.fixture(scope="module")
def publication_id(archive: Standing) -> str:
    made = archive.put(
        "Các tướng lĩnh",
        make_pdf("các tướng lĩnh lực lượng vũ trang", "trang hai, các tướng lĩnh"),
        values={"themes": ("Lịch sử",), "languages": ("vi",), "audiences": ("Học sinh",)},
    )
    archive.put("Không có trang", b"   " + b"x", name="x.txt", issued=None)
    archive.work()
    return made


@pytest.fixture
def client(archive: Standing, publication_id: str) -> FlaskClient:
    return archive.client(ANYONE)


@pytest.fixture
def schemas(client: FlaskClient) -> Any:
    document = client.get("/api/v1/openapi.json")
    assert document.status_code == 200
    assert document.json["openapi"] == "3.1.0"
    return document.json["components"]["schemas"]


def assert_fits(value: Any, schema: Any, schemas: Any, where: str = "$") -> None:
    """Hold a value against the JSON Schema that the document publishes: the words that it uses."""
    if "$ref" in schema:
        assert_fits(value, schemas[schema["$ref"].rpartition("/")[2]], schemas, where)
        return
    if "anyOf" in schema:
        faults = []
        for one in schema["anyOf"]:
            try:
                assert_fits(value, one, schemas, where)
            except AssertionError as fault:
                faults.append(str(fault))
            else:
                return
        raise AssertionError(f"{where}: {faults}")
    types = {
        "object": dict, "array": list, "string": str, "integer": int, "number": (int, float),
        "boolean": bool, "null": type(None),
    }  # fmt: skip
    assert isinstance(value, types[schema["type"]]), where
    assert not isinstance(value, bool) or schema["type"] == "boolean", where
    if "enum" in schema:
        assert value in schema["enum"], where
    if "minimum" in schema:
        assert schema["minimum"] <= value <= schema.get("maximum", value), where
    if isinstance(value, dict):
        assert set(schema.get("required", ())) <= set(value), where
        known = schema.get("properties", {})
        for name, part in value.items():
            rest = schema.get("additionalProperties")
            assert name in known or rest, f"{where}.{name} is not in the document"
            assert_fits(part, known.get(name, rest), schemas, f"{where}.{name}")
    if isinstance(value, list):
        for number, part in enumerate(value):
            assert_fits(part, schema["items"], schemas, f"{where}[{number}]")


def test_search_answers_with_the_contracts_keys(client: FlaskClient, schemas: Any) -> None:
    answer = client.get("/api/v1/search?q=cac+tuong+linh")
    assert answer.mimetype == "application/json"
    found = answer.json
    assert set(found) == CONTRACT_ANSWER
    assert (found["query"], found["total"], found["total_pages"]) == ("cac tuong linh", 1, 2)
    (work,) = found["items"]
    assert set(work) == CONTRACT_WORK
    assert set(work["unit"]) == {"code", "name"}
    assert [set(hit) for hit in work["pages"]] == [{"number", "label", "url", "snippet"}] * 2
    assert work["pages_matched"] == 2
    assert "<mark>các tướng lĩnh</mark>" in work["pages"][0]["snippet"]
    assert set(found["facets"]) >= CONTRACT_FACETS
    assert found["facets"]["theme"] == [
        {"value": "Lịch sử", "label": "Lịch sử", "count": 1, "selected": False}
    ]
    for url in (work["url"], work["thumbnail"], work["pages"][0]["url"]):
        assert client.get(url).status_code == 200
    SearchAnswer.model_validate(found)
    assert_fits(found, schemas["SearchAnswer"], schemas)


def test_search_by_pages_answers_with_the_contracts_keys(client: FlaskClient, schemas: Any) -> None:
    found = client.get("/api/v1/search?q=cac+tuong+linh&group=page&sort=title").json
    assert found["total"] == found["total_pages"] == 2
    for item in found["items"]:
        assert {"publication", "number", "score", "snippet", "url"} <= set(item)
        assert set(item["publication"]) == {"id", "title"}
    SearchAnswer.model_validate(found)
    assert_fits(found, schemas["SearchAnswer"], schemas)


def test_publication_and_page_fit_the_document(
    client: FlaskClient, schemas: Any, publication_id: str
) -> None:
    record = client.get(f"/api/v1/publications/{publication_id}?format=json").json
    assert (record["title"], record["pages"], record["year"]) == ("Các tướng lĩnh", 2, 2024)
    (file,) = record["files"]
    assert len(client.get(file["url"]).data) == file["size_bytes"]
    PublicationShape.model_validate(record)
    assert_fits(record, schemas["PublicationShape"], schemas)
    shown = client.get(f"/api/v1/publications/{publication_id}/pages/1").json
    keys = {"text", "words", "text_source", "width_px", "height_px"}
    assert keys <= set(shown)
    assert shown["text_source"] in ("embedded", "repaired", "ocr")
    assert [word["text"] for word in shown["words"]][:3] == ["các", "tướng", "lĩnh"]
    for word in shown["words"]:
        assert 0 <= word["x0"] < word["x1"] <= 1
        assert 0 <= word["y0"] < word["y1"] <= 1
    PageShape.model_validate(shown)
    assert_fits(shown, schemas["PageShape"], schemas)
    assert shown["marked"] == []
    asked = client.get(f"/api/v1/publications/{publication_id}/pages/1?q=tuong+linh").json
    assert [asked["words"][index]["text"] for index in asked["marked"]] == ["tướng", "lĩnh"]
    inside = client.get(f"/api/v1/publications/{publication_id}/search?q=tuong+linh").json
    assert (inside["total_pages"], inside["total_hits"]) == (2, 2)
    InsideAnswer.model_validate(inside)
    assert_fits(inside, schemas["InsideAnswer"], schemas)
    undated = next(
        item for item in client.get("/api/v1/search").json["items"] if item["year"] is None
    )
    bare = client.get(f"/api/v1/publications/{undated['id']}").json
    assert (bare["issued"], bare["year"]) == (None, None)
    assert_fits(bare, schemas["PublicationShape"], schemas)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("year=abc", "year"),
        ("year=2024&year=x", "year"),
        ("year_from=-1", "year_from"),
        ("year_to=99999", "year_to"),
        ("sort=random", "sort"),
        ("group=book", "group"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=" + "9" * 5000, "page"),
        ("per_page=101", "per_page"),
        ("per_page=0", "per_page"),
        ("per_page=", "per_page"),
        ("unit=" + "a" * 301, "unit"),
        ("&".join(f"theme={n}" for n in range(21)), "theme"),
        ("q=" + "a" * 10_000, "q"),
        ("q=" + "a+" * 300, "q"),
        ("unknown=1", "unknown"),
        ("Q=x", "Q"),
        ("status=draft", "status"),
        ("%00=1", "\x00"),
    ],
)
def test_bad_parameter_is_a_problem_that_names_it(
    client: FlaskClient, schemas: Any, query: str, parameter: str
) -> None:
    answer = client.get(f"/api/v1/search?{query}")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.json["parameter"] == parameter
    assert answer.json["status"] == 400
    assert answer.json["detail"]
    Problem.model_validate(answer.json)
    assert_fits(answer.json, schemas["Problem"], schemas)


def test_records_refuse_unknown_parameters_too(client: FlaskClient, publication_id: str) -> None:
    path = f"/api/v1/publications/{publication_id}"
    for asked, parameter in (
        (f"{path}?format=pdf", "format"),
        (f"{path}?fromat=json", "fromat"),
        (f"{path}/pages/1?query=x", "query"),
    ):
        answer = client.get(asked)
        assert answer.status_code == 400
        assert answer.json["parameter"] == parameter


def test_every_problem_has_one_shape(client: FlaskClient, schemas: Any) -> None:
    for path, status in (
        ("/api/v1/publications/" + "0" * 12, 404),
        ("/api/v1/publications/khong-co", 404),
        ("/api/v1/publications/" + "0" * 12 + "/pages/1", 404),
        ("/api/v1/khong-co", 404),
        ("/api/v1", 404),
    ):
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.mimetype == "application/problem+json"
        Problem.model_validate(answer.json)
        assert_fits(answer.json, schemas["Problem"], schemas)
    refused = client.post("/api/v1/search")
    assert refused.status_code == 405
    assert_fits(refused.json, schemas["Problem"], schemas)


def test_document_names_every_route_and_parameter(client: FlaskClient, archive: Standing) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert set(document) >= {"openapi", "info", "paths", "components"}
    routes = {
        rule.rule.replace("<publication_id>", "{id}").replace("<int:number>", "{number}")
        for rule in archive.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.document"
    }
    assert set(document["paths"]) == routes
    names = {p["name"] for p in document["paths"]["/api/v1/search"]["get"]["parameters"]}
    assert names == {
        "q", "year", "year_from", "year_to", "unit", "kind", "theme", "place", "person",
        "audience", "grade", "subject", "language", "sort", "group", "page", "per_page",
    }  # fmt: skip

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if "$ref" in value else set()
            return own.union(*(references(part) for part in value.values()))
        if isinstance(value, list):
            return set().union(*(references(part) for part in value))
        return set()

    for reference in references(document):
        assert reference.rpartition("/")[2] in document["components"]["schemas"]


def test_lost_index_is_a_problem_of_its_own(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with standing_archive(tmp_path_factory.mktemp("no-index")) as made:
        for path in made.holdings.settings.search_folder.rglob("*"):
            if path.is_file():
                path.unlink()
        client = made.client(ANYONE)
        answer = client.get("/api/v1/search?q=x")
        assert answer.status_code == 503
        assert answer.mimetype == "application/problem+json"
        assert client.get("/").status_code == 200
        assert client.get("/duyet").status_code == 200
        assert client.get("/tim-kiem?q=x").status_code == 503
