# SPDX-License-Identifier: MIT
"""Reads the files of the contract, and the tables of include/ that it speaks of."""

import re
from pathlib import Path

import yaml

INCLUDE = Path(__file__).resolve().parent.parent / "include"


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


class Files:
    """Remembers what was read: the build depends on it."""

    def __init__(self, base):
        self.base, self.read = base, []

    def load(self, name):
        file = self.base / name
        self.read.append(file)
        try:
            with open(file, encoding="utf-8") as stream:
                return yaml.load(stream, Loader) or {}
        except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
            return fail(name, error)

    def load_if_there(self, name):
        return self.load(name) if (self.base / name).exists() else {}

    def words(self, folder):
        return sorted(file.stem for file in (self.base / folder).glob("*.yaml"))

    def table(self, name, expression):
        """The rows of a header or a .def file."""
        self.read.append(INCLUDE / name)
        return re.findall(expression, (INCLUDE / name).read_text(encoding="utf-8"), re.MULTILINE) or fail(name, "no rows found")
