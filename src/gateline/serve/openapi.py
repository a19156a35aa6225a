"""The OpenAPI document of the REST API. Questions are described by their models, files and verdicts by the published schemas."""

from __future__ import annotations

import inspect
import json
import re
from functools import cache
from typing import Any

from gateline.serve.api import ADDRESSES, PREFIX, SCHEMAS, Address, schema_text
from gateline.serve.guard import CSV, JSON
from gateline.serve.problems import PROBLEM
from gateline.version import __version__

Json = dict[str, Any]
COMPONENTS = "#/components/schemas/"
PUBLISHED = {"chip": "Chip", "system": "System", "ledger": "Ledger", "verdict": "Verdict"}
"""Published schemas that the document holds, and what they are called in it."""
PART = re.compile(r"\{(\w+)\}")
REFUSALS = {
    "403": "a page from elsewhere asked",
    "408": "the body did not arrive in time",
    "411": "the length of the body is not stated",
    "413": "the body is too large",
    "415": "the content type is not taken",
}
EXAMPLES: dict[str, Json] = {
    "/chip": {"chip": "H20", "as_of": "2026-11-21", "from": "US", "to": "CN", "hq": "CN"},
    "/release": {"params": "405e9", "tokens": "15.6e12", "as_of": "2026-11-21"},
    "/timeline": {"chip": "A800", "to": "2026-11-21"},
    "/report/chip": {"chip": {"name": "Example X1", "total_processing_performance": "2000 TPP"}, "as_of": "2026-11-21"},
}
TABLE = "id,chip,applicable_die_area [mm^2]\na,H100,\nb,,814\n"
LEDGER = "id,as_of,chip,count,to,hq,consignee\na,2026-03-02,H100,16,FR,FR,Example SAS\nb,2026-03-09,H20,8,CN,CN,Example Ltd\n"
OF_LEDGERS = ("/shipment", "/report/shipment", "/picture/totals.svg")


@cache
def document_text() -> str:
    """The document as JSON, always the same bytes."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def document() -> Json:
    """The document."""
    paths: dict[str, Json] = {}
    for address in ADDRESSES:
        paths.setdefault(PREFIX + address.path, {})[address.method.lower()] = _operation(address)
    paths[f"{PREFIX}/openapi.json"] = {"get": _static("openapi", "This document.")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "gateline",
            "version": __version__,
            "description": "On which side of the law's numerical lines a chip, a model or a fleet lies. "
            "It informs; it is not legal advice. An undetermined verdict is an answer with status 200.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": _components()},
    }


def _operation(address: Address) -> Json:
    name = address.path.strip("/").replace("{", "").replace("}", "").replace("/", "-").replace(".", "-")
    found: Json = {
        "operationId": f"{address.method.lower()}-{name}",
        "summary": inspect.getdoc(address.handler),
        "parameters": [*_path_parameters(address), *_query_parameters(address)],
        "responses": _responses(address),
    }
    if address.takes == CSV:
        example = LEDGER if address.path in OF_LEDGERS else TABLE
        found["requestBody"] = {"required": True, "content": {CSV: {"schema": {"type": "string"}, "example": example}}}
    elif address.body is not None:
        content: Json = {"schema": {"$ref": COMPONENTS + address.body.__name__}}
        if address.path in EXAMPLES:
            content["example"] = EXAMPLES[address.path]
        found["requestBody"] = {"required": True, "content": {JSON: content}}
    return found


def _path_parameters(address: Address) -> list[Json]:
    text: Json = {"type": "string", "minLength": 1}
    named = {"type": "string", "enum": list(SCHEMAS)} if "schemas" in address.path else text
    return [{"name": part, "in": "path", "required": True, "schema": named} for part in PART.findall(address.path)]


def _query_parameters(address: Address) -> list[Json]:
    schema = address.query.model_json_schema(by_alias=True)
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_null(entry)}
        for name, entry in schema.get("properties", {}).items()
    ]


def _without_null(entry: Json) -> Json:
    """The schema of a query parameter, which can be left out but not null."""
    kept = [each for each in entry.get("anyOf", ()) if each != {"type": "null"}]
    found = {key: value for key, value in entry.items() if key not in ("anyOf", "title", "default")}
    return found | kept[0] if kept else found


def _responses(address: Address) -> Json:
    content = {
        kind.partition(";")[0]: {"schema": {"$ref": COMPONENTS + PUBLISHED[schema]} if schema else _any(kind)}
        for kind, schema in address.gives
    }
    refusals = REFUSALS if address.method == "POST" else {}
    told = {
        "421": "the host is not this machine",
        "422": "the question cannot be answered as it was put",
        "503": "no answer within the time limit",
        **refusals,
    }
    return {"200": {"description": "the answer", "content": content}} | {
        status: _problem(says) for status, says in sorted(told.items())
    }


def _any(kind: str) -> Json:
    return {} if kind == JSON else {"type": "string"}


def _problem(says: str) -> Json:
    return {"description": says, "content": {PROBLEM: {"schema": {"$ref": COMPONENTS + "Problem"}}}}


def _static(name: str, says: str) -> Json:
    answer = {"description": "the answer", "content": {JSON: {"schema": {"type": "object"}}}}
    refused = _problem("the host is not this machine")
    return {"operationId": f"get-{name}", "summary": says, "responses": {"200": answer, "421": refused}}


def _components() -> Json:
    found = {title: _rooted(json.loads(schema_text(name)), title) for name, title in PUBLISHED.items()}
    for address in ADDRESSES:
        if address.body is not None and address.body.__name__ not in found:
            name = address.body.__name__
            found[name] = _question(_rooted(address.body.model_json_schema(by_alias=True), name))
    text = {"type": "string"}
    fault = {"type": "object", "properties": dict.fromkeys(("field", "read", "wanted", "fix"), text)}
    found["Problem"] = {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "errors": {"type": "array", "items": {**fault, "required": list(fault["properties"])}},
        },
    }
    return found


def _rooted(schema: Any, title: str) -> Any:
    """A published schema at its place in this document: its references start there, and what is left out is not null."""
    if isinstance(schema, list):
        return [_rooted(entry, title) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: f"{COMPONENTS}{title}{value[1:]}" if key == "$ref" and isinstance(value, str) else _rooted(value, title)
        for key, value in schema.items()
        if key != "$schema" and not (key == "default" and not isinstance(value, str | bool))
    }


def _question(schema: Json) -> Json:
    """The schema of a question, with its subject as the published schemas have it."""
    inputs = {
        "chip": {"anyOf": [{"type": "string"}, *({"$ref": COMPONENTS + title} for title in ("Chip", "System"))]},
        "ledger": {"$ref": f"{COMPONENTS}Ledger"},
    }
    asked: Json = schema["properties"]
    subject = "ledger" if "ledger" in asked else "chip"
    return schema | {"properties": asked | {subject: inputs[subject]}}
