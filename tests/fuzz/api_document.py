# SPDX-License-Identifier: Apache-2.0
"""The form of an OpenAPI 3.1 document, and values that its schemas allow."""
import datetime
import re
import uuid

import jsonschema

METHODS = ("get", "post", "put", "patch", "delete")

formats = jsonschema.FormatChecker(formats=())


@formats.checks("uuid")
def _is_uuid(value):
    if not isinstance(value, str):
        return True
    try:
        return str(uuid.UUID(value)) == value
    except ValueError:
        return False


@formats.checks("date")
def _is_date(value):
    return not isinstance(value, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))


@formats.checks("date-time")
def _is_instant(value):
    if not isinstance(value, str):
        return True
    try:
        datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")
        return True
    except ValueError:
        return False


def operations(document):
    """(method, path, operation) of every route."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def _references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _schemas(document):
    for name, schema in document["components"]["schemas"].items():
        yield name, schema
    for method, path, operation in operations(document):
        bodies = list(operation["responses"].values()) + [operation.get("requestBody", {})]
        for body in bodies:
            for media in body.get("content", {}).values():
                if "schema" in media:
                    yield f"{method} {path}", media["schema"]
        for parameter in operation.get("parameters", []):
            yield f"{method} {path}", parameter["schema"]


def form_errors(document):
    """What is wrong with the document itself; one line each."""
    if not re.fullmatch(r"3\.1\.\d+", document.get("openapi", "")):
        yield "openapi is not 3.1"
    for member in ("title", "version"):
        if not document.get("info", {}).get(member):
            yield f"info has no {member}"
    names = set()
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        item = document["paths"][path]
        said = [p["name"] for p in item.get("parameters", []) if p["in"] == "path"]
        if said != re.findall(r"{(\w+)}", path):
            yield f"{where}: path parameters are {said}"
        if operation.get("operationId") in names or not operation.get("operationId"):
            yield f"{where}: operationId is missing or twice there"
        names.add(operation.get("operationId"))
        if not operation.get("summary"):
            yield f"{where}: no summary"
        if operation.get("x-cohort-access", {}).get("who") not in ("anybody", "signed-in", "permission"):
            yield f"{where}: does not say who may"
        if not any(status.startswith("2") for status in operation["responses"]):
            yield f"{where}: no answer that is good"
        for status, answer in operation["responses"].items():
            if not re.fullmatch(r"[1-5]\d\d", status) or not answer.get("description"):
                yield f"{where}: answer {status} has no description or is no status"
        for need in operation.get("security", []):
            for scheme in need:
                if scheme not in document["components"]["securitySchemes"]:
                    yield f"{where}: no security scheme {scheme}"
    used = set(_references(document))
    for reference in used:
        name = reference.removeprefix("#/components/schemas/")
        if name not in document["components"]["schemas"]:
            yield f"{reference} leads nowhere"
    for name in document["components"]["schemas"]:
        if f"#/components/schemas/{name}" not in used:
            yield f"nobody uses {name}"
    for where, schema in _schemas(document):
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            yield f"{where}: {error.message}"


class Answers:
    """Holds answers against what the document says of them."""

    def __init__(self, document):
        self._components = document["components"]
        self._made = {}

    def _validator(self, operation, status, media):
        key = (operation["operationId"], status, media)
        if key not in self._made:
            schema = operation["responses"][status]["content"][media].get("schema")
            if schema is not None:
                schema = {**schema, "components": self._components}
                schema = jsonschema.Draft202012Validator(schema, format_checker=formats)
            self._made[key] = schema
        return self._made[key]

    def error(self, operation, status, content_type, parse):
        """What is wrong with an answer, None when nothing; `parse` gives its body as JSON."""
        said = operation["responses"].get(str(status))
        if said is None:
            return f"{status} is not described"
        media = (content_type or "").split(";")[0]
        if "content" not in said:
            return f"{status} has a body" if media else None
        if media not in said["content"]:
            return f"{status} is {media or 'without a kind'}"
        validator = self._validator(operation, str(status), media)
        if validator is None:
            return None
        try:
            found = jsonschema.exceptions.best_match(validator.iter_errors(parse()))
        except ValueError as error:
            return f"{status} is no JSON: {error}"
        return found and f"{status}: {found.json_path}: {found.message[:300]}"
