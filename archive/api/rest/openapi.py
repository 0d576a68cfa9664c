"""The OpenAPI 3.1 document, made from the very shapes that the routes answer with."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from archive.api.rest.shapes import (
    InsideAnswer,
    InsideParameters,
    PageShape,
    Problem,
    PublicationShape,
    SearchAnswer,
    SearchParameters,
)
from archive.metadata.formats import FORMATS

RECORD_FORMATS = ("json", "marcxml", "dc")
_TEMPLATE = "#/components/schemas/{model}"


def openapi_document(site_name: str) -> dict[str, Any]:
    """The document as plain JSON values."""
    models: list[tuple[type[BaseModel], Any]] = [
        (InsideAnswer, "serialization"),
        (PageShape, "serialization"),
        (Problem, "serialization"),
        (PublicationShape, "serialization"),
        (SearchAnswer, "serialization"),
    ]
    _, schemas = models_json_schema(models, ref_template=_TEMPLATE)
    identifier = _parameter("id", {"type": "string", "pattern": "^[0-9a-hjkmnp-tv-z]{12}$"}, "path")
    number = _parameter("number", {"type": "integer", "minimum": 1}, "path")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{site_name}: API",
            "version": "1",
            "description": "Tìm và đọc ấn phẩm. Không đăng nhập thì chỉ thấy phần công khai.",
        },
        "paths": {
            "/api/v1/search": {
                "get": {
                    "operationId": "search",
                    "summary": "Tìm ấn phẩm hoặc trang",
                    "parameters": _query_parameters(SearchParameters),
                    "responses": _responses("SearchAnswer", 400, 503),
                }
            },
            "/api/v1/publications/{id}": {
                "get": {
                    "operationId": "publication",
                    "summary": "Một ấn phẩm",
                    "parameters": [
                        identifier,
                        _parameter("format", {"enum": list(RECORD_FORMATS)}, "query"),
                    ],
                    "responses": _with_documents(_responses("PublicationShape", 400, 404)),
                }
            },
            "/api/v1/publications/{id}/search": {
                "get": {
                    "operationId": "searchInside",
                    "summary": "Tìm trong một ấn phẩm: các trang có kết quả, theo thứ tự trang",
                    "parameters": [identifier, *_query_parameters(InsideParameters)],
                    "responses": _responses("InsideAnswer", 400, 404, 503),
                }
            },
            "/api/v1/publications/{id}/pages/{number}": {
                "get": {
                    "operationId": "page",
                    "summary": "Một trang: chữ và vị trí từng từ",
                    "parameters": [
                        identifier,
                        number,
                        _parameter("q", {"type": "string"}, "query"),
                    ],
                    "responses": _responses("PageShape", 400, 404),
                }
            },
        },
        "components": {"schemas": schemas["$defs"]},
    }


def _parameter(
    name: str, schema: dict[str, Any], place: str, *, required: bool = False
) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required or place == "path", "schema": schema}


def _query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    needed = schema.get("required", ())
    return [
        _parameter(
            name,
            {k: v for k, v in shape.items() if k != "title"},
            "query",
            required=name in needed,
        )
        for name, shape in schema["properties"].items()
    ]


def _with_documents(responses: dict[str, Any]) -> dict[str, Any]:
    """The responses of a record, which may be a document of another format, too."""
    for name in RECORD_FORMATS:
        if name != "json":
            content = responses["200"]["content"]
            content[FORMATS[name].media_type] = {"schema": {"type": "string"}}
    return responses


def _responses(model: str, *problems: int) -> dict[str, Any]:
    good = {
        "description": "OK",
        "content": {"application/json": {"schema": {"$ref": _TEMPLATE.format(model=model)}}},
    }
    bad = {
        "description": "Problem",
        "content": {
            "application/problem+json": {"schema": {"$ref": _TEMPLATE.format(model="Problem")}}
        },
    }
    return {"200": good, **{str(status): bad for status in problems}}
