"""The OpenAPI description, made from the endpoints and the models themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from engine.service.models import ErrorAnswer
from engine.version import __version__

if TYPE_CHECKING:
    from engine.service.api import Endpoint

_REFUSALS: Final = {
    "400": "the body, a file or a setting cannot be used",
    "401": "the token is missing or wrong",
    "403": "another Host or Origin, or a path outside the allowed folders",
    "404": "no such job",
    "409": "a file is there already, or the job has no result",
    "413": "the body is too large",
    "503": "too many jobs wait",
}


def openapi(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The description, OpenAPI 3.1."""
    models = _models_of(endpoints)
    modes: list[tuple[type[BaseModel], Any]] = [
        (model, "serialization" if model.__name__.endswith("Answer") else "validation") for model in models
    ]
    _, schemas = models_json_schema(modes, ref_template="#/components/schemas/{model}")
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Diff-BGM Studio", "version": __version__, "description": "See docs/service.md."},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(sorted(schemas.get("$defs", {}).items())),
        },
    }


def _models_of(endpoints: Sequence[Endpoint]) -> list[type[BaseModel]]:
    models: dict[str, type[BaseModel]] = {ErrorAnswer.__name__: ErrorAnswer}
    for endpoint in endpoints:
        for model in (endpoint.answer, endpoint.body):
            if model is not None:
                models[model.__name__] = model
    return [models[name] for name in sorted(models)]


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    parameters += [
        {"name": name, "in": "query", "description": meaning, "required": name == "project", "schema": {"type": kind}}
        for name, (kind, meaning) in (endpoint.parameters or {}).items()
    ]
    content: dict[str, Any] = {"application/json": {"schema": _schema_of(endpoint.answer)}}
    if endpoint.path.endswith("/events"):
        content["text/event-stream"] = {"schema": {"type": "string"}}
    operation: dict[str, Any] = {
        "operationId": endpoint.handler.__name__,
        "summary": endpoint.summary,
        "parameters": parameters,
        "responses": {
            str(endpoint.status): {"description": "success", "content": content},
            **{
                status: {"description": told, "content": {"application/json": {"schema": _schema_of(ErrorAnswer)}}}
                for status, told in _REFUSALS.items()
            },
        },
    }
    if endpoint.body is not None:
        body = {"application/json": {"schema": _schema_of(endpoint.body)}}
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _schema_of(model: type[BaseModel] | None) -> dict[str, Any]:
    return {"type": "object"} if model is None else {"$ref": f"#/components/schemas/{model.__name__}"}


def _main() -> None:
    import sys

    from engine.service.api import Api
    from engine.service.foreman import Foreman
    from engine.service.places import Places

    description = openapi(Api(Foreman(1, 1), Places(())).endpoints())
    sys.stdout.write(json.dumps(description, indent=1) + "\n")


if __name__ == "__main__":
    _main()
