# SPDX-License-Identifier: MIT
"""Gathers the files of the contract into one OpenAPI document. A reference is the name of a schema, whichever file of
schemas/ it stands in. What schemas leave unsaid is in shapes.py, what rows leave unsaid in rows.py."""

from rows import Rows
from shapes import Shapes, close, references
from source import Files, fail

KINDS = ("responses", "headers", "parameters")


class Bundle:
    """One self-contained document; `sources` remembers where each component came from."""

    def __init__(self, root):
        self.files, self.sources, self.components = Files(root.parent.resolve()), {}, {}
        document = self.files.load(root.name)
        self.written = {kind: self.files.load_if_there(f"{kind}.yaml") for kind in KINDS}
        self.shapes = Shapes(self.files, self.schemas(), self.files.load_if_there("members.yaml"))
        self.rows = Rows(self.component, self.shapes, self.written["responses"], self.files)
        document["paths"] = self.paths(document["paths"])
        self.document = self.walk(document, "#")
        self.close()

    def schemas(self):
        found = {}
        for word in self.files.words("schemas"):
            for name, node in self.files.load(f"schemas/{word}.yaml").items():
                source = f"schemas/{word}.yaml#/{name}"
                if name in found:
                    fail(source, f"there is {found[name][1]} already")
                found[name] = node, source
        return found

    def paths(self, words):
        """`paths` of the document is a list of the files of paths/, in the order in which to read them."""
        if isinstance(words, dict):
            return words
        if sorted(words) != self.files.words("paths"):
            fail("paths", f"not the files of paths/: {', '.join(set(words) ^ set(self.files.words('paths')))}")
        found = {}
        for word in words:
            file = self.files.load(f"paths/{word}.yaml")
            found |= {path: self.rows.path(path, item, file["tags"]) for path, item in file.items() if path != "tags"}
        return found

    def walk(self, node, where):
        if isinstance(node, list):
            return [self.walk(item, f"{where}/{i}") for i, item in enumerate(node)]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str) and not node["$ref"].startswith("#"):
            if set(node) - {"$ref", "description", "default"}:
                fail(where, "$ref with siblings other than description and default")
            return node | self.component("schemas", node["$ref"], where)
        return {str(key): value if key in ("example", "examples") else self.walk(value, f"{where}/{key}") for key, value in node.items()}

    def component(self, kind, name, where):
        """A reference to it; it is made when the first one is asked for."""
        members = self.components.setdefault(kind, {})
        if name not in members:
            members[name] = None  # a schema may refer to itself in answers
            node, source = self.made(kind, name, where)
            self.sources[kind, name] = source
            members[name] = self.walk(node, source)
        return {"$ref": f"#/components/{kind}/{name}"}

    def made(self, kind, name, where):
        if kind == "schemas" and name.endswith("Page") and name not in self.shapes.written:
            return self.shapes.page(name), where
        if kind == "schemas":
            return self.shapes.whole(name, where), self.shapes.source(name)
        if name not in self.written[kind]:
            fail(where, f"{kind}.yaml has no {name}")
        node = self.written[kind][name]
        return self.rows.response(name, node) if kind == "responses" else node, f"{kind}.yaml#/{name}"

    def close(self):
        unused = [name for name in self.shapes.written if name not in self.components.get("schemas", {})]
        unused += [f"{kind}.yaml#/{name}" for kind in KINDS for name in self.written[kind] if name not in self.components.get(kind, {})]
        if unused:
            fail("nobody refers to", ", ".join(unused))
        bodies = [row.get("requestBody") for item in self.document["paths"].values() for row in item.values() if isinstance(row, dict)]
        close(self.components.get("schemas", {}), references(bodies))
        components = self.components | self.document.pop("components", {})
        self.document["components"] = {kind: dict(sorted(members.items())) for kind, members in sorted(components.items())}

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
