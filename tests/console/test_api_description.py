"""What the hub says of its API: whole, and with examples that are true."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client

from hub.openapi import OPERATIONS

METHODS = {"get", "put", "post", "patch", "head", "options", "delete"}
CHANGES = {"put", "post", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Client().get("/api/openapi.json").content)
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, one)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
        if method in METHODS
    ]


def test_it_is_valid_openapi_3_1_and_anybody_may_read_it(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.Draft202012Validator(schema | {"components": document["components"]})


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    found = {f"{method} {path.removeprefix('/api/v1')}" for method, path, _ in operations(document)}
    assert found == set(OPERATIONS)
    ids = [one["operationId"] for *_, one in operations(document)]
    assert len(ids) == len(set(ids))
    for _method, path, one in operations(document):
        assert one["summary"], path
        assert one["description"].endswith("."), path
        assert one["tags"], path


def test_every_error_is_a_problem_and_every_secured_operation_may_be_refused(
    document: dict[str, Any],
) -> None:
    for _method, path, one in operations(document):
        for status, answer in one["responses"].items():
            if int(status) >= 400 and status != "414":  # which the server says before the hub is asked
                assert list(answer["content"]) == ["application/problem+json"], (path, status)
        if one.get("security"):
            assert "401" in one["responses"], path


def test_what_changes_something_says_by_what_its_repetition_is_known(document: dict[str, Any]) -> None:
    for method, path, one in operations(document):
        assert (method in CHANGES) == ("x-idempotency-key" in one), path


def test_every_example_is_valid_and_every_json_has_one(document: dict[str, Any]) -> None:
    for _method, _path, one in operations(document):
        for content in [one.get("requestBody", {}).get("content", {})] + [
            answer.get("content", {}) for status, answer in one["responses"].items() if int(status) < 300
        ]:
            if "application/json" not in content:
                continue
            said = content["application/json"]
            if one["operationId"] == "readGuide":
                continue  # a whole guide is long; docs/guides.md shows one
            schema = said["schema"] | {"components": document["components"]}
            jsonschema_rs.validate(schema, said["examples"]["example"]["value"])
