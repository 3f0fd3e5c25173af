# SPDX-License-Identifier: MIT
"""Clients made of the contract: a generator makes one, it compiles, and a journey of real calls with it succeeds.

The journey is the same in every language. A coordinator looks for a service that is available, plans a group of it (again
with the same Idempotency-Key: the same group; with another: another), reads it back, finds both in the pages of a list,
asks for one that does not exist, and prints the group's id.

A generator's folder here is copied to build/clients and worked in there; what it makes is its folder client/. Pinned
versions are raised there too: `npm install`, `go get`, `go mod tidy`, `pip install`; the lists are copied back.
"""

import os
import re
import shutil
import subprocess

import pytest
from conftest import BUILD, ROOT

VERSIONS = {"go": "go version", "node": "node --version", "npm": "npm --version", "javac": "javac -version", "mvn": "mvn --version"}


def missing_tool(needs):
    for tool, oldest in needs.items():
        wanted = f"{tool} {'.'.join(map(str, oldest))} or newer"
        if not shutil.which(tool):
            return f"{wanted}: there is none; ./dev test clients installs it"
        said = subprocess.run(VERSIONS[tool].split(), capture_output=True, text=True, cwd=ROOT).stdout
        version = re.search(r"(?<![\[\d])\d+(\.\d+)*", said)[0]  # not the number of a colour
        if tuple(map(int, version.split("."))) < oldest:
            return f"{wanted}: here is {version}"
    return None


class Generator:
    """Three steps, each a line of shell."""

    name: str  # and its folder
    needs: dict[str, tuple[int, ...]]  # tools and their oldest versions
    generate: str
    compile: str
    call: str

    def run(self, step, **environment):
        ended = subprocess.run(
            ["bash", "-c", getattr(self, step)],
            cwd=ROOT / "build" / "clients" / self.name,
            env=os.environ | {"CONTRACT": str(BUILD / "openapi" / "openapi.json")} | environment,
            capture_output=True,
            text=True,
        )
        if ended.returncode != 0:
            pytest.fail(f"{self.name} does not {step}:\n{ended.stdout[-6000:]}\n{ended.stderr[-6000:]}", pytrace=False)
        return ended.stdout

    def test_client(self, server, token, coordinator):
        if missing := missing_tool(self.needs):
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{self.name} needs {missing}")
        work = ROOT / "build" / "clients" / self.name
        shutil.rmtree(work / "client", ignore_errors=True)
        shutil.copytree(ROOT / "tests" / "clients" / self.name, work, dirs_exist_ok=True)
        (work / "client").mkdir()
        self.run("generate")
        self.run("compile")
        said = self.run("call", API=server.url, TOKEN=token("coordinator"))
        group = re.search(r"[0-9a-f-]{36}", said)[0]
        assert coordinator.get(f"/v1/groups/{group}").ok()["state"] == "draft"


class Maven(Generator):
    MVN = "MAVEN_OPTS=-XX:TieredStopAtLevel=1 mvn -B -q -ntp"  # each run is too short for the better compiler to pay
    needs = {"javac": (17,), "mvn": (3, 8)}
    generate = f'{MVN} openapi-generator:generate -Dcontract="$CONTRACT"'
    call = f"{MVN} exec:java"


class Go(Generator):
    needs = {"go": (1, 25)}
    compile = "go build -gcflags 'journey/...=-N -l' -o journey ."  # unoptimized: in half the time
    call = "./journey"


# The slowest first: they are spread over the machine's cores.


class TestKotlin(Maven):
    name = "openapi-generator-kotlin"
    compile = f"{Maven.MVN} kotlin:compile"


class TestJava(Maven):
    name = "openapi-generator-java"
    compile = f"{Maven.MVN} compiler:compile"


class TestOgen(Go):
    name = "ogen"
    generate = 'go tool ogen --config ogen.yaml --loglevel error --target client --package client "$CONTRACT"'


class TestOapiCodegen(Go):
    name = "oapi-codegen"
    generate = 'go tool oapi-codegen -config oapi-codegen.yaml "$CONTRACT"'


class TestTypescript(Generator):
    name = "openapi-typescript"
    needs = {"node": (18,), "npm": (9,)}
    generate = 'npm ci --ignore-scripts --no-audit --no-fund --prefer-offline && npx openapi-typescript "$CONTRACT" -o client/contract.ts'
    compile = "npx tsc"
    call = "node built/main.js"


class TestPython(Generator):
    name = "openapi-python-client"
    needs = {}
    generate = (
        "{ [ -x venv/bin/pip ] || /usr/bin/python3 -m venv venv; } && venv/bin/pip install -q -r requirements.txt &&"
        ' venv/bin/openapi-python-client generate --path "$CONTRACT" --config config.yaml --meta none --output-path client'
        " --overwrite --fail-on-warning"
    )
    compile = "venv/bin/mypy --strict main.py client"
    call = "venv/bin/python main.py"
