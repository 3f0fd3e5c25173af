# SPDX-License-Identifier: MIT
"""What a schema leaves unsaid.

x-extends: Name   all members of that schema (but those of x-without), then its own
x-like: Name      a member without a shape has the one it has there
members.yaml      or the one that a member of this name has everywhere; a member without a description likewise
x-either: [a, b]  exactly one of the two members; SQL is who looks
x-codes: FILE     the codes and words of a table in include/
enum              a $ref among the codes stands for all codes of that enumeration
type              an object where there are properties, a string where there is an enum
required          every member, in an object that nobody sends
additionalProperties: false, in an object that somebody sends"""

from source import fail

EITHER = ("if", "then", "else")  # and no oneOf: generators make types of its branches
CODES = r'^\w+\(\w+, "([^"]+)", "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)'


def references(node):
    """Names of the schemas that a finished piece of the document refers to."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str) and node["$ref"].startswith("#/components/schemas/"):
            yield node["$ref"].rsplit("/", 1)[1]
        for value in node.values():
            yield from references(value)


def without_extensions(shape):
    """What is done with a value that somebody sends is no matter of an answer."""
    return {key: value for key, value in shape.items() if not key.startswith("x-")}


def close(schemas, sent):
    """What follows from whether somebody sends an object; `sent` are those that requests refer to."""
    waiting, sent = set(sent), set()
    while waiting:
        name = waiting.pop()
        sent.add(name)
        waiting |= set(references(schemas[name])) - sent
    for name, schema in schemas.items():
        if "properties" in schema and name in sent:
            schema.setdefault("additionalProperties", False)
        elif "properties" in schema:
            schema.setdefault("required", list(schema["properties"]))
            schema["properties"] = {member: without_extensions(shape) for member, shape in schema["properties"].items()}
        if schema.get("required") == []:
            del schema["required"]


class Shapes:
    def __init__(self, files, written, members):
        self.files, self.written, self.members = files, written, members

    def named(self, name, where):
        return self.written[name] if name in self.written else fail(where, f"there is no schema '{name}'")

    def source(self, name):
        return self.written[name][1]

    def example(self, name, where):
        return self.named(name, where)[0].get("example")

    def whole(self, name, where):
        """The schema with all its members; references are still names."""
        node, where = self.named(name, where)
        node = {key: value for key, value in node.items() if key != "example"}
        if "x-codes" in node:
            return self.table(**{key.removeprefix("x-"): value for key, value in node.items()})
        if "enum" in node:
            return {"type": "string"} | node | {"enum": list(self.codes(node["enum"], where))}
        extends, like, without, either = (node.pop(key, None) for key in ("x-extends", "x-like", "x-without", "x-either"))
        if "properties" not in node and not extends:
            return node
        known = self.whole(extends or like, where)["properties"] if extends or like else {}
        properties = {member: shape for member, shape in known.items() if member not in (without or ())} if extends else {}
        for member, shape in (node.get("properties") or {}).items():
            properties[member] = self.member(member, shape, known, f"{where}/properties/{member}")
        if either:
            one, other = ({"properties": {member: {}}, "required": [member]} for member in either)
            node |= zip(EITHER, (one, {"not": other}, other), strict=True)
        return {"type": "object"} | node | {"properties": properties}

    def member(self, name, shape, known, where):
        places = [place[name] for place in (known, self.members) if name in place]
        if shape is None:
            shape = places[0] if places else fail(where, "has no shape: not here, not in x-like, not in members.yaml")
            shape = {key: value for key, value in shape.items() if key != "example"}
        if "description" in shape:
            return shape
        return shape | next(({"description": place["description"]} for place in places if "description" in place), {})

    def codes(self, enumeration, where):
        for entry in enumeration:
            yield from self.whole(entry["$ref"], where)["enum"] if isinstance(entry, dict) else [entry]

    def table(self, codes, description):
        rows = self.files.table(codes, CODES)
        english, french = (
            f"{text} " + " ".join(f"`{row[0]}`: {row[column]}" for row in rows)
            for column, text in enumerate(description.split(" / "), start=1)
        )
        return {"type": "string", "enum": [row[0] for row in rows], "description": f"{english} / {french}"}

    @staticmethod
    def page(name):
        items = {"type": "array", "items": {"$ref": name.removesuffix("Page")}, "description": "The entries / Les éléments"}
        properties = {"data": items, "page": {"$ref": "Page"}}
        return {"type": "object", "description": "A page of a list / Une page d'une liste", "properties": properties}
