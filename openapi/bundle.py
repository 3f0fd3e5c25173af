# SPDX-License-Identifier: MIT
"""Gathers the files of an OpenAPI document into one. What kind of component a reference leads to follows from the file it
names: schemas/*.yaml, examples/*.yaml, responses.yaml, parameters.yaml, headers.yaml; paths/*.yaml are put in place."""

import re

import yaml

KINDS = {
    "schemas": "schemas",
    "examples": "examples",
    "responses.yaml": "responses",
    "parameters.yaml": "parameters",
    "headers.yaml": "headers",
}


class ContractError(Exception):
    pass


def fail(where, message):
    raise ContractError(f"{where}: {message}")


class Loader(yaml.SafeLoader):
    """YAML 1.2 scalars (no dates, no yes/no, no 18:30 as a number) and no duplicate keys."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                fail(f"{node.start_mark.name}:{node.start_mark.line + 1}", f"key '{key}' twice")
        return super().construct_mapping(node, deep)


Loader.yaml_implicit_resolvers = {}
for tag, expression, first in (
    ("null", r"^(null|~|)$", ["n", "~", ""]),
    ("bool", r"^(true|false)$", list("tf")),
    ("int", r"^-?(0|[1-9][0-9]*)$", list("-0123456789")),
    ("float", r"^-?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?$", list("-0123456789")),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(expression), first)


class Bundle:
    """One self-contained document; `sources` remembers where each component came from."""

    def __init__(self, root):
        self.base, self.files, self.sources, self.components = root.parent.resolve(), {}, {}, {}
        document = self.load(root.resolve())
        self.document = self.walk(document, root.resolve(), "#")
        for kind, members in self.document.pop("components", {}).items():
            self.components.setdefault(kind, {}).update(members)
        self.document["components"] = {kind: dict(sorted(m.items())) for kind, m in sorted(self.components.items())}

    def name(self, file):
        return str(file.relative_to(self.base)) if file.is_relative_to(self.base) else str(file)

    def load(self, file):
        if file not in self.files:
            try:
                with open(file, encoding="utf-8") as stream:
                    self.files[file] = yaml.load(stream, Loader)
            except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
                fail(self.name(file), error)
        return self.files[file]

    def walk(self, node, file, where):
        if isinstance(node, list):
            return [self.walk(item, file, f"{where}/{i}") for i, item in enumerate(node)]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return self.follow(node, file, f"{self.name(file)}{where}")
        walked = {str(key): self.walk(value, file, f"{where}/{key}") for key, value in node.items()}
        if isinstance(node.get("enum"), list):
            walked["enum"] = self.codes(walked["enum"], where)
        return walked

    def codes(self, enumeration, where):
        """A $ref among the codes stands for all codes of another enumeration."""
        return [code for entry in enumeration for code in (self.resolve(entry, where)[0]["enum"] if isinstance(entry, dict) else [entry])]

    def follow(self, node, file, where):
        reference = node["$ref"]
        if set(node) - {"$ref", "description", "default"}:
            fail(where, "$ref with siblings other than description and default")
        path, _, pointer = str(reference).partition("#/")
        target = (file.parent / path).resolve() if path else file
        content = self.load(target)
        if not pointer or "/" in pointer or not isinstance(content, dict) or pointer not in content:
            fail(where, f"$ref '{reference}' leads nowhere (write file.yaml#/Name)")
        if target.parent.name == "paths":
            return self.walk(content[pointer], target, f"#/{pointer}")
        kind = KINDS.get(target.name) or KINDS.get(target.parent.name) or fail(where, f"'{path}' is no place for components")
        source = f"{self.name(target)}#/{pointer}"
        known = self.sources.setdefault((kind, pointer), source)
        if known != source:
            fail(where, f"two {kind} are named {pointer}: {known} and {source}")
        members = self.components.setdefault(kind, {})
        if pointer not in members:
            members[pointer] = None  # a schema may refer to itself in answers
            members[pointer] = self.walk(content[pointer], target, f"#/{pointer}")
        return node | {"$ref": f"#/components/{kind}/{pointer}"}

    def resolve(self, node, where):
        """What a reference leads to. `anyOf: [X, {type: 'null'}]` is X that may be null."""
        if not isinstance(node, dict):
            return node, where
        rest = {key: value for key, value in node.items() if key not in ("$ref", "anyOf")}
        if "$ref" in node:
            _, _, kind, name = node["$ref"].split("/")
            target, where = self.resolve(self.components[kind][name], self.sources[kind, name])
            return target | rest, where
        if "anyOf" not in node:
            return node, where
        if len(node["anyOf"]) != 2 or node["anyOf"][1] != {"type": "null"}:
            fail(where, "anyOf is for [something, {type: 'null'}]")
        target, where = self.resolve(node["anyOf"][0], where)
        if not isinstance(target.get("type"), str):
            fail(where, "anyOf needs one type to make nullable")
        nullable = {"type": [target["type"], "null"]} | ({"enum": [*target["enum"], None]} if "enum" in target else {})
        return target | rest | nullable, where
