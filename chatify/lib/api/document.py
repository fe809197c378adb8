"""The OpenAPI document: every operation has a summary, and names the problems that it may answer with."""

from http import HTTPStatus
from typing import Any

from chatify.lib.api.fields import Problem
from chatify.lib.api.problems import MEDIA_TYPE

ALWAYS = (400, 401, 429)
METHODS = ("get", "put", "post", "patch", "delete")


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Add summaries, the problem answers that follow from the shape of an operation, and their schema."""
    document["components"]["schemas"]["Problem"] = Problem.model_json_schema()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                _complete(path, method, operation)
    return document


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
    for status in _statuses(path, method, operation):
        operation["responses"].setdefault(status, _answer(status))


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    found = list(ALWAYS)
    if method != "get":
        found += [403, 409]
    if "{" in path or method == "post" or any(map(_names_one, operation.get("parameters", ()))):
        found.append(404)
    if "requestBody" in operation:
        found += [413, 415]
    if operation.get("requestBody") or operation.get("parameters"):
        found.append(422)
    return sorted(found)


def _names_one(parameter: dict[str, Any]) -> bool:
    """Whether it is the id of something, which may not be there."""
    schema = parameter["schema"]
    return any(each.get("format") == "uuid" for each in (schema, *schema.get("anyOf", ())))


def _answer(status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == 429:
        answer["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
        }
    return answer
