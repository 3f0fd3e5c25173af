#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bundles the OpenAPI document into one file and compiles its parameters and request bodies into C tables
(include/contract_tables.h). What the tables cannot say is an error here, never a silent hole: every keyword of a request
schema is either compiled or known to be mere description, every object closed, every string and array bounded."""

import argparse
import json
import re
import sys
from pathlib import Path

from bundle import Bundle
from pattern import PatternError, compile_pattern
from shapes import EITHER
from source import ContractError, fail

HERE = Path(__file__).resolve().parent
METHODS = ("get", "post", "put", "patch", "delete")
JSON, PATCH = "application/json", "application/merge-patch+json"
DESCRIPTION = {"type", "title", "description", "example", "examples", "deprecated"}
KEYWORDS = {
    "object": {"properties", "required", "additionalProperties", "minProperties", *EITHER},
    "array": {"items", "minItems", "maxItems", "uniqueItems"},
    "string": {
        "minLength",
        "maxLength",
        "pattern",
        "x-fault",
        "enum",
        "const",
        "format",
        "x-sealed",
        "x-digest",
        "x-digest-only",
        "x-key",
        "x-government-address",
    },
    "integer": {"minimum", "maximum"},
    "number": {"minimum", "maximum"},
    "boolean": {"const"},
}
MULTI_LINE_ABOVE = 200
UNIQUE_ITEMS_MAX = 200  # each pair is compared
TEXT_MAX, ITEMS_MAX = 100_000, 1_000


class Tables:
    """Emits each distinct initialiser once."""

    def __init__(self, bundle, formats):
        self.bundle, self.formats, self.lines, self.names = bundle, formats, [], {}

    def emit(self, kind, declaration, initialiser):
        key = (declaration, initialiser)
        if key not in self.names:
            self.names[key] = f"{kind}_{len(self.names)}"
            self.lines.append(f"static const {declaration.format(self.names[key])} = {initialiser};")
        return self.names[key]

    def value(self, node, where, extra=frozenset(), trail=()):
        node, where = self.bundle.resolve(node, where)
        if where in trail:
            fail(where, "a request schema must not contain itself")
        trail = (*trail, where)
        types = node.get("type") if isinstance(node, dict) else None
        types = [types] if isinstance(types, str) else types or []
        kinds = [t for t in types if t != "null"]
        if len(kinds) != 1 or kinds[0] not in KEYWORDS:
            fail(where, "needs one type (and 'null' where it may be null)")
        kind = kinds[0]
        unknown = set(node) - DESCRIPTION - KEYWORDS[kind] - extra
        if unknown:
            fail(where, f"unsupported in a request: {', '.join(sorted(unknown))}")
        fields = {"kind": f"CONTRACT_{kind.upper()}"}
        if "null" in types:
            fields["is_nullable"] = "true"
        getattr(self, f"value_{kind}")(node, where, fields, trail)
        text = ", ".join(f".{name} = {content}" for name, content in fields.items())
        return "&" + self.emit("value", "struct contract_value {}", "{" + text + "}")

    def bounds(self, node, where, fields, names, fallback):
        least, most = node.get(names[0], fallback[0]), node.get(names[1], fallback[1])
        for name, bound in zip(names, (least, most), strict=True):
            if not isinstance(bound, int) or isinstance(bound, bool) or not -(2**63) <= bound < 2**63:
                fail(where, f"{name} must be an integer")
        if least > most:
            fail(where, f"{names[0]} is above {names[1]}")
        fields["minimum"] = "INT64_MIN" if least == -(2**63) else f"INT64_C({least})"
        fields["maximum"] = f"INT64_C({most})"

    def value_string(self, node, where, fields, _trail):
        allowed = [node["const"]] if "const" in node else node.get("enum")
        if not ({"maxLength", "format"} & set(node) or allowed):
            fail(where, "a string needs maxLength, enum, const or format")
        self.bounds(node, where, fields, ("minLength", "maxLength"), (0, TEXT_MAX))
        if node.get("maxLength", 0) > TEXT_MAX or node.get("minLength", 0) < 0:
            fail(where, f"lengths are from 0 to {TEXT_MAX}")
        if allowed:
            words = [word for word in allowed if word is not None]
            if not all(isinstance(word, str) for word in words) or (None in allowed) != ("is_nullable" in fields):
                fail(where, "enum and const hold strings, and null if, and only if, the type does")
            texts = "".join(f"{c_text(word)}, " for word in words)
            fields["allowed"] = self.emit("allowed", "char *const {}[]", "{" + texts + "NULL}")
        if "format" in node:
            if node["format"] not in self.formats:
                fail(where, f"unknown format '{node['format']}'; known: {', '.join(self.formats)}")
            fields["format"] = f"FORMAT_{self.formats[node['format']]}"
        if "pattern" in node:
            fields["pattern"] = self.pattern(node["pattern"], where)
            fields["pattern_fault"] = self.fault(node.get("x-fault", "format"), where)
        elif "x-fault" in node:
            fail(where, "x-fault is what is wrong with a text that does not match: it needs a pattern")
        if node.get("maxLength", 0) > MULTI_LINE_ABOVE and not {"format", "pattern", "enum", "const"} & set(node):
            fields["is_multi_line"] = "true"
        for keyword, field in (("x-sealed", "sealed"), ("x-digest", "digest")):
            if keyword in node:
                if not re.fullmatch(r"[a-z_]+\.[a-z_]+", str(node[keyword])):
                    fail(where, f"{keyword} is a label like contact.email")
                fields[field] = c_text(node[keyword])
        if node.get("x-digest-only"):
            if "x-digest" not in node or {"x-sealed", "x-government-address"} & set(node):
                fail(where, "x-digest-only needs x-digest, and nothing else that keeps the text")
            fields["is_digest_only"] = "true"
        if node.get("x-key"):
            if node.get("format") != "label":
                fail(where, "x-key belongs to format: label")
            fields["is_keyed"] = "true"
        if node.get("x-government-address"):
            if node.get("format", "email") not in ("email", "handle"):
                fail(where, "x-government-address belongs to format: email or handle, or to a text without one")
            fields["is_government"] = "true"

    def pattern(self, text, where):
        try:
            classes, rows, accepts = compile_pattern(str(text))
        except PatternError as error:
            fail(where, f"pattern: {error}")
        names = [
            self.emit("bytes", "uint8_t {}[]", "{" + ", ".join(map(str, numbers)) + "}")
            for numbers in (classes, [n for row in rows for n in row], accepts)
        ]
        return "&" + self.emit("pattern", "struct contract_pattern {}", f"{{{', '.join(names)}, {len(rows[0])}}}")

    def fault(self, code, where):
        ids = {code: identifier for identifier, code in self.bundle.files.table("faults.def", r'^FAULT\((\w+), "([^"]+)"')}
        return f"FAULT_{ids[code]}" if code in ids else fail(where, f"faults.def has no '{code}'")

    def value_integer(self, node, where, fields, _trail):
        self.bounds(node, where, fields, ("minimum", "maximum"), (-(2**63), 2**63 - 1))

    def value_number(self, node, where, fields, _trail):
        for keyword, field, fallback in (("minimum", "least_number", "-DBL_MAX"), ("maximum", "most_number", "DBL_MAX")):
            if keyword in node and not isinstance(node[keyword], (int, float)):
                fail(where, f"{keyword} must be a number")
            fields[field] = repr(float(node[keyword])) if keyword in node else fallback

    def value_boolean(self, node, where, fields, _trail):
        if "const" in node:
            if not isinstance(node["const"], bool):
                fail(where, "const of a boolean is true or false")
            fields |= {"is_only": "true", "only": str(node["const"]).lower()}

    def value_array(self, node, where, fields, trail):
        if "maxItems" not in node or "items" not in node:
            fail(where, "an array needs items and maxItems")
        self.bounds(node, where, fields, ("minItems", "maxItems"), (0, 0))
        most = UNIQUE_ITEMS_MAX if node.get("uniqueItems") else ITEMS_MAX
        if not 0 < node["maxItems"] <= most:
            fail(where, f"maxItems is {most} at most")
        if node.get("uniqueItems"):
            fields["is_unique"] = "true"
        items, _ = self.bundle.resolve(node["items"], where)
        if isinstance(items, dict) and {"x-digest", "x-key", "x-government-address"} & set(items):
            fail(where, "x-digest, x-key and x-government-address need a member with a name")
        fields["items"] = self.value(node["items"], f"{where}/items", trail=trail)

    def value_object(self, node, where, fields, trail):
        if node.get("additionalProperties") is not False:
            fail(where, "an object needs additionalProperties: false")
        properties, required = node.get("properties") or {}, node.get("required", [])
        for name in set(required) - set(properties):
            fail(where, f"required names '{name}', which is no property")
        self.bounds(node, where, fields, ("minProperties", "maxProperties"), (0, len(properties)))
        rows, added = [], []
        for name in sorted(properties):
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                fail(where, f"property '{name}' is not snake_case")
            content, _ = self.bundle.resolve(properties[name], where)
            value = self.value(properties[name], f"{where}/properties/{name}", trail=trail)
            siblings = [
                f"{name}_digest" if "x-digest" in content else None,
                f"{name}_key" if content.get("x-key") else None,
                f"{name}_is_government" if content.get("x-government-address") else None,
            ]
            added += filter(None, siblings)
            texts = ", ".join(c_text(sibling) if sibling else "NULL" for sibling in siblings)
            rows.append(f"{{{c_text(name)}, {str(name in required).lower()}, {value}, {texts}}}")
        for name in set(added) & set(properties):
            fail(where, f"property '{name}' has the name of an added member")
        if rows:
            fields["members"] = self.emit("members", "struct contract_member {}[]", "{" + ", ".join(rows) + "}")
            fields["members_count"] = str(len(rows))

    def parameter(self, node, where):
        schema, place = self.bundle.resolve(node.get("schema"), f"{where}/schema")
        unknown = set(node) - {"name", "in", "required", "description", "schema", "example", "examples", "deprecated"}
        if unknown:
            fail(where, f"unsupported in a parameter: {', '.join(sorted(unknown))}")
        extra = {"default", "x-maximum"} if schema.get("type") == "integer" else {"default"}
        value = self.value(schema, place, extra)
        inner = self.bundle.resolve(schema.get("items", {}), place)[0] if schema.get("type") == "array" else schema
        if inner.get("type") not in ("string", "integer", "boolean") or {"x-sealed", "x-digest"} & set(inner):
            fail(place, "a query parameter is a string, integer or boolean, or an array of them, and never sealed")
        fallback = schema.get("default")
        if fallback is not None and type(fallback) is not {"string": str, "integer": int, "boolean": bool}.get(schema["type"]):
            fail(place, "default does not have the parameter's type")
        text = "NULL" if fallback is None else c_text(fallback if isinstance(fallback, str) else json.dumps(fallback))
        return f"{{{c_text(node['name'])}, {str(node.get('required', False)).lower()}, {value}, {text}, {int(schema.get('x-maximum', 0))}}}"


class Operations:
    def __init__(self, bundle, formats, roles):
        self.bundle, self.tables, self.roles, self.rows = bundle, Tables(bundle, formats), roles, {}
        for path, item in bundle.document["paths"].items():
            for method in METHODS:
                if method in item:
                    self.add(path, method, item, f"paths{path}/{method}")

    def add(self, path, method, item, where):
        operation = item[method]
        name = operation.get("operationId", "")
        where = f"{where} ({name})"
        if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name) or name in self.rows:
            fail(where, "needs an operationId of its own, like referrals_create")
        for member in ("x-roles", "summary", "tags", "responses"):
            if not operation.get(member):
                fail(where, f"needs {member}")
        roles, security = operation["x-roles"], operation.get("security", self.bundle.document.get("security"))
        for role in roles:
            if role not in self.roles:
                fail(where, f"unknown role '{role}'; known: {', '.join(self.roles)}")
        if security is None or ("public" in roles) != (security == [] or {} in security):
            fail(where, "x-roles has public if, and only if, security needs no token")
        parameters = [
            self.bundle.resolve(node, f"{where}/parameters/{i}")
            for i, node in enumerate(item.get("parameters", []) + operation.get("parameters", []))
        ]
        self.check_parameters(path, [node for node, _ in parameters], where)
        query = sorted((node["name"], self.tables.parameter(node, place)) for node, place in parameters if node["in"] == "query")
        if method == "get" and self.is_list(operation, where) and not {"limit", "cursor"} <= {n for n, _ in query}:
            fail(where, "a list needs the parameters limit and cursor")
        body = self.body(operation, method, where)
        table = "NULL, 0"
        if query:
            rows = "{" + ", ".join(text for _, text in query) + "}"
            table = f"{self.tables.emit('parameters', 'struct contract_parameter {}[]', rows)}, {len(query)}"
        contract = self.tables.emit("contract", "struct contract {}", f"{{{table}, {body}}}")
        mask = " | ".join(f"ROLE_{role.upper()}" for role in roles)
        self.rows[name] = f"    {{{c_text(name)}, {c_text(method.upper())}, {c_text(path)}, {mask}, &{contract}}},"

    @staticmethod
    def check_parameters(path, nodes, where):
        seen = [(node["in"], node["name"]) for node in nodes]
        for key in seen:
            if seen.count(key) > 1:
                fail(where, f"parameter '{key[1]}' twice")
        if {name for place, name in seen if place == "path"} != set(re.findall(r"{(\w+)}", path)):
            fail(where, "path parameters are not those of the path")

    def is_list(self, operation, where):
        answer, place = self.bundle.resolve(operation["responses"].get("200", {}), where)
        schema = answer.get("content", {}).get(JSON, {}).get("schema", {})
        return "page" in self.bundle.resolve(schema, place)[0].get("properties", {})

    def body(self, operation, method, where):
        if "requestBody" not in operation:
            return "NULL, false, false"
        body = operation["requestBody"]
        content = body.get("content", {})
        wanted = PATCH if method == "patch" else JSON
        schemas = [media.get("schema") for media in content.values()]
        if set(content) - {JSON, PATCH} or wanted not in content or any(schema != schemas[0] for schema in schemas):
            fail(where, f"the body is {wanted}, with one schema")
        place = f"{where}/requestBody/content/{wanted}/schema"
        schema, source = self.bundle.resolve(content[wanted].get("schema"), place)
        if not isinstance(schema, dict) or schema.get("type") != "object":
            fail(source, "a body is an object")
        value = self.tables.value(content[wanted]["schema"], place)
        return f"{value}, {str(bool(body.get('required'))).lower()}, {str(PATCH in content).lower()}"


def c_text(text, width=None):
    escaped = [chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in text.encode()]
    if width is None:
        return '"' + "".join(escaped) + '"'
    return "\n".join('    "' + "".join(escaped[i : i + width]) + '"' for i in range(0, len(escaped), width))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document", type=Path, help="openapi.yaml")
    parser.add_argument("--tables", type=Path, required=True, help="C file to write")
    parser.add_argument("--bundle", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--depfile", type=Path, help="Makefile fragment to write: every file read")
    parser.add_argument("--prefix", default="", help="put before the three symbols, for a second contract in one program")
    args = parser.parse_args()
    try:
        bundle = Bundle(args.document)
        formats = {name: identifier for identifier, name in bundle.files.table("format.h", r'FORMAT\((\w+), "([^"]+)"\)')}
        roles = [role.lower() for role in bundle.files.table("router.h", r"ROLE_(\w+) = 1 <<")]
        operations = Operations(bundle, formats, roles)
    except ContractError as error:
        sys.exit(f"{args.document.parent}/{error}")
    text = json.dumps(bundle.document, ensure_ascii=False, separators=(",", ":"))
    server = bundle.document.get("servers", [{"url": "openapi"}])[0]["url"]
    if text.count(server) != 1:
        sys.exit(f"{args.document}: '{server}' must stand in it once, so that it can be replaced")
    prefix = args.prefix
    args.bundle.write_text(text + "\n", encoding="utf-8")
    args.tables.write_text(
        "\n".join(
            [
                "/* Made by openapi/compile.py. */",
                '#include "contract_tables.h"',
                '#include "router.h"',
                "#include <float.h>",
                "",
                *operations.tables.lines,
                f"const struct contract_operation {prefix}contract_operations[] = {{",
                *(row for _, row in sorted(operations.rows.items())),
                "};",
                f"const size_t {prefix}contract_operations_count = {len(operations.rows)};",
                f"const char {prefix}contract_document[] =",
                c_text(text, 100) + ";",
                f"const size_t {prefix}contract_document_bytes = sizeof {prefix}contract_document - 1;",
                f"const char {prefix}contract_server[] = {c_text(server)};",
                "",
            ]
        ),
        encoding="utf-8",
    )
    if args.depfile:
        read = [*bundle.files.read, *HERE.glob("*.py")]
        paths = " ".join(str(file).replace(" ", "\\ ") for file in read)
        args.depfile.write_text(f"{args.tables} {args.bundle}: {paths}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
