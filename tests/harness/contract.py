# SPDX-License-Identifier: MIT
"""The OpenAPI document as a judge: every answer a test sees must be one that the contract declares."""

import json
import re
from pathlib import Path

import jsonschema_rs
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

BASE = "urn:contract"
# What any operation may answer without declaring it, each always as a problem.
ANYWHERE = (413,)
METHODS = ("get", "post", "put", "patch", "delete")


def _absolute(node):
    """References into the document made absolute, so that any part of it can be used as a schema on its own."""
    if isinstance(node, dict):
        return {
            key: BASE + value if key == "$ref" and isinstance(value, str) and value.startswith("#") else _absolute(value)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_absolute(item) for item in node]
    return node


class Operation:
    def __init__(self, method, path, item, shared):
        self.method = method.upper()
        self.path = path
        self.id = item["operationId"]
        self.roles = list(item["x-roles"])
        self.responses = item["responses"]
        self.parameters = shared + item.get("parameters", [])
        self.body = item.get("requestBody")
        self.item = item
        self.ids = re.findall(r"{(\w+)}", path)
        self.pattern = re.compile("^" + re.sub(r"{\w+}", "[^/]+", re.sub(r"\.", r"\\.", path)) + "$")

    def header(self, name):
        """Whether the operation takes this header."""
        return any(p["in"] == "header" and p["name"].lower() == name.lower() for p in self.parameters)

    @property
    def needs_key(self):
        return self.header("Idempotency-Key")

    @property
    def needs_match(self):
        return any(p["in"] == "header" and p["name"] == "If-Match" and p.get("required") for p in self.parameters)


class Contract:
    def __init__(self, path, seen_file=None):
        self.document = json.loads(Path(path).read_text(encoding="utf-8"))
        absolute = _absolute(self.document)
        self.registry = Registry().with_resource(BASE, Resource(absolute, DRAFT202012))
        self.schemas = jsonschema_rs.Registry([(BASE, absolute)])
        self.validators = {}
        self.seen_file = seen_file
        self.operations = []
        for path_, item in absolute["paths"].items():
            item = self.resolve(item)
            shared = [self.resolve(p) for p in item.get("parameters", [])]
            for method in METHODS:
                if method in item:
                    operation = dict(item[method])
                    operation["parameters"] = [self.resolve(p) for p in operation.get("parameters", [])]
                    if "requestBody" in operation:
                        operation["requestBody"] = self.resolve(operation["requestBody"])
                    self.operations.append(Operation(method, path_, operation, shared))
        # Literal paths before those with parameters.
        self.operations.sort(key=lambda o: (len(o.ids), o.path))
        self.by_id = {operation.id: operation for operation in self.operations}

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            node = self.registry.resolver().lookup(node["$ref"]).contents
        return node

    def find(self, method, path):
        method = "GET" if method == "HEAD" else method
        for operation in self.operations:
            if operation.method == method and operation.pattern.match(path):
                return operation
        return None

    def validator(self, schema):
        key = id(schema)
        if key not in self.validators:
            self.validators[key] = (
                schema,  # kept, so that its id stays its own
                jsonschema_rs.Draft202012Validator(schema, registry=self.schemas, validate_formats=True),
            )
        return self.validators[key][1]

    def faults(self, schema, value):
        return [
            f"{'/'.join(str(place) for place in error.instance_path) or '(whole)'}: {error.message[:300]}"
            for error in self.validator(schema).iter_errors(value)
        ]

    def example(self, operation_id):
        """The request body that the contract itself gives as an example."""
        media = next(iter(self.by_id[operation_id].body["content"].values()))
        example = media.get("example")
        if example is None:
            example = self.resolve(next(iter(media["examples"].values())))["value"]
        return json.loads(json.dumps(example))

    def record(self, operation, status):
        if self.seen_file:
            with open(self.seen_file, "a", encoding="utf-8") as out:
                out.write(f"{operation.id} {status}\n")

    def check_response(self, method, path, status, headers, content):
        """Raises AssertionError unless the contract declares this answer."""
        operation = self.find(method, path)
        if operation is None or method == "OPTIONS":
            assert method == "OPTIONS" or status in (400, 401, 404, 405, 413, 501, 503), f"{method} {path}: {status}, not in the contract"
            return
        self.record(operation, status)
        where = f"{operation.id} ({method} {operation.path}) {status}"
        if status in ANYWHERE and str(status) not in operation.responses:
            return
        assert str(status) in operation.responses, f"{where}: this status is not declared: {content[:1000]!r}"
        declared = self.resolve(operation.responses[str(status)])
        self._check_headers(where, declared, headers)
        media = declared.get("content", {})
        if method == "HEAD" or status in (204, 304):
            assert not content, f"{where}: a body where there must be none"
            return
        if not media:
            assert not content, f"{where}: a body that is not declared"
            return
        kind = headers.get("content-type", "").split(";")[0].strip()
        assert kind in media, f"{where}: {kind!r} is not declared ({list(media)})"
        if status == 409:
            self._check_conflict(where, operation, json.loads(content))
        if kind.endswith("json"):
            faults = self.faults(media[kind].get("schema", True), json.loads(content))
            assert not faults, f"{where}: the body breaks the contract:\n  " + "\n  ".join(faults[:10]) + f"\n{content[:2000]!r}"

    @staticmethod
    def _check_conflict(where, operation, problem):
        kind = problem["type"].rsplit("/", 1)[1]
        found = [problem["reason"]] if "reason" in problem else ["state"] if kind == "conflict-state" else []
        found += [error["code"] for error in problem.get("errors", []) if error["code"] == "taken"]
        missing = set(found) - set(operation.item.get("x-conflict", ()))
        assert not missing, f"{where}: in conflict, undeclared: {missing}"

    def _check_headers(self, where, declared, headers):
        for name, header in declared.get("headers", {}).items():
            header = self.resolve(header)
            value = headers.get(name)
            if value is None:
                assert not header.get("required"), f"{where}: header {name} is missing"
                continue
            schema = self.resolve(header.get("schema", {}))
            if schema.get("type") == "integer":
                assert re.fullmatch(r"-?\d+", value), f"{where}: header {name} is {value!r}"
                value = int(value)
            faults = self.faults(schema, value)
            assert not faults, f"{where}: header {name} is {value!r}: {faults}"

    def check_request(self, method, path, content_type, body):
        """A request that was accepted must be one that the contract allows."""
        operation = self.find(method, path)
        if operation is None or operation.body is None or body is None:
            return
        media = operation.body["content"]
        kind = (content_type or "").split(";")[0].strip()
        declared = media.get(kind) or next(iter(media.values()))
        faults = self.faults(declared.get("schema", True), body)
        assert not faults, f"{operation.id}: the server took a body that the contract refuses: {faults[:5]}"
