# SPDX-License-Identifier: MIT
"""What `./dev` says when something is missing, taken or mistyped; apt, dpkg, sudo and the user are stand-ins."""

import base64
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SECURITY = "deb http://deb.debian.org/debian-security bookworm-security main"
# Each is told by the environment what to be; apt-get and sudo remember that they were called.
STAND_INS = {
    "id": 'echo "$FAKE_UID"',
    "date": 'if [ "$FAKE_ZONES" = old ]; then echo +0000; else exec /usr/bin/date "$@"; fi',
    "dpkg-query": 'case " $FAKE_MISSING " in *" ${@: -1} "*) exit 1 ;; esac; printf installed',
    "apt-cache": 'printf "%s:\\n  Installed: (none)\\n  Candidate: %s\\n" "$2" "$FAKE_CANDIDATE"',
    "apt-get": 'echo "apt-get $*" >>"$FAKE_CALLS"; seq -f "chatter %.0f" 800; [ "${@: -1}" = update ]',
    "sudo": 'echo "sudo $*" >>"$FAKE_CALLS"; exit 1',
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """path(*names): a PATH with these stand-ins, and everything of /usr/bin but what a stand-in would stand for."""
    tools = tmp_path_factory.mktemp("tools")
    for tool in Path("/usr/bin").iterdir():
        if tool.name not in STAND_INS:
            (tools / tool.name).symlink_to(tool)

    def make(*names):
        bin = tmp_path_factory.mktemp("bin")
        for name in names:
            (bin / name).write_text(f"#!/bin/bash\n{STAND_INS[name]}\n")
            (bin / name).chmod(0o755)
        return f"{bin}:{tools}"

    return make


@pytest.fixture
def clone(tmp_path):
    """A clone as far as `dev` needs one before it builds; there is a blank in its path."""
    made = tmp_path / "a clone"
    made.mkdir()
    shutil.copy(ROOT / "dev", made)
    shutil.copytree(ROOT / "dev.d", made / "dev.d")
    return made


@pytest.fixture
def dev(clone, path, tmp_path):
    """dev(words…, has_sudo, fake settings…): runs it; the answer also knows which of apt-get and sudo were called."""

    def run(*words, has_sudo=True, **fakes):
        calls = tmp_path / "calls"
        calls.write_text("")
        fakes = {"uid": "0", "zones": "new", "missing": "", "candidate": "2026f-0+deb12u1", "calls": str(calls)} | fakes
        environment = {f"FAKE_{name.upper()}": value for name, value in fakes.items()}
        environment["PATH"] = path(*(name for name in STAND_INS if has_sudo or name != "sudo"))
        answer = subprocess.run([clone / "dev", *words], env=environment, capture_output=True, text=True, timeout=30)
        answer.calls = calls.read_text()
        return answer

    return run


@pytest.fixture
def stranger():
    """The port of somebody else's server, which answers 200 to everything."""

    class Yes(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Yes) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made.server_port
        made.shutdown()


@pytest.mark.parametrize("installed", [True, False])
def test_zone_data_that_apt_cannot_better_is_said_before_anything_is_installed(dev, clone, installed):
    answer = dev("run", zones="old", missing="" if installed else "tzdata gcc", candidate="2026b-0+deb12u1")
    assert answer.returncode == 1
    assert SECURITY in answer.stderr and "/etc/apt/sources.list" in answer.stderr and "2026b" in answer.stderr
    assert "update" in answer.calls and "install" not in answer.calls
    assert not (clone / "build" / "release").exists()


def test_apt_speaks_in_a_log_and_its_end_is_shown_when_it_fails(dev, clone):
    answer = dev("run", missing="gcc jq")
    assert answer.returncode == 1
    assert "installing with apt: gcc jq\n" in answer.stderr and "build/apt-install.log" in answer.stderr
    assert "chatter 800\n" in answer.stderr and len(answer.stderr.splitlines()) < 50
    assert "chatter 1\n" in (clone / "build" / "apt-install.log").read_text()


@pytest.mark.parametrize("command", ["run", "token line", "test", "lint", "bench", "soak", "fuzz", "contract"])
@pytest.mark.parametrize("has_sudo", [True, False])
def test_who_may_not_install_reads_what_root_should_type(dev, clone, command, has_sudo):
    (clone / "tests" / "fuzz").mkdir(parents=True)
    (clone / "tests" / "fuzz" / "fuzz_x.c").touch()
    answer = dev(*command.split(), uid="1000", has_sudo=has_sudo, missing="gcc jq")
    assert answer.returncode == 1
    assert "apt-get update && apt-get install --no-install-recommends gcc jq\n" in answer.stderr
    assert SECURITY not in answer.stderr and "apt-get" not in answer.calls


def test_who_may_not_install_reads_of_the_zones_too(dev):
    answer = dev("run", uid="1000", has_sudo=False, zones="old")
    assert "install --no-install-recommends tzdata\n" in answer.stderr and SECURITY in answer.stderr


def test_a_taken_port_is_refused_before_anything_is_installed(dev, stranger, server):
    for port in (stranger, server.port):
        answer = dev("run", "--port", str(port), missing="gcc")
        assert answer.returncode == 1
        assert f"port {port} is taken" in answer.stderr and "--port N" in answer.stderr
        assert not answer.calls and not answer.stdout


@pytest.mark.parametrize(
    "words, sentence",
    [
        ("token", "token needs a role"),
        ("token nurse", "there is no such role: nurse"),
        ("token peer line", "token does not understand: line"),
        ("token peer --account", "--account needs an id"),
        ("token peer --account null", "--account needs an id"),
        ("token peer --acount=7", "token does not understand: --acount=7"),
        ("run --port", "--port needs a number"),
        ("run --port abc", "not a port: abc"),
        ("run --port=0", "not a port: 0"),
        ("run --port 65536", "not a port: 65536"),
        ("run 8080", "run does not understand: 8080"),
        ("stop now", "stop does not understand: now"),
        ("test units", "test does not understand: units"),
        ("bench --small", "bench does not understand: --small"),
        ("soak now", "soak does not understand: now"),
        ("lint src", "lint does not understand: src"),
        ("format src", "format does not understand: src"),
        ("fuzz 1 nothing", "there is no such target: nothing"),
        ("contract x", "contract does not understand: x"),
        ("clean x", "clean does not understand: x"),
    ],
)
def test_wrong_words_are_answered_with_a_sentence_and_the_usage(dev, words, sentence):
    answer = dev(*words.split(), missing="gcc")
    command = words.split()[0]
    assert answer.returncode == 2 and not answer.stdout and not answer.calls
    said, usage, *_ = answer.stderr.splitlines()
    assert said.startswith(f"dev: {sentence}")
    assert usage.startswith(f"usage: ./dev {command} ")
    help = dev(command, "--help")
    assert help.returncode == 0 and help.stdout == answer.stderr.removeprefix(f"{said}\n")


def test_token_lists_the_roles(dev):
    said = dev("token").stderr.split()
    assert {"peer", "peer_supporter", "mental_health_professional", "coordinator", "line", "administrator"} <= set(said)


def test_psql_before_the_first_run(dev):
    answer = dev("psql")
    assert answer.returncode == 1 and "./dev run makes it" in answer.stderr


def test_an_unknown_command(dev):
    answer = dev("rum")
    assert answer.returncode == 1 and answer.stderr.endswith("dev: unknown command: rum\n")


@pytest.mark.slow
def test_the_first_command(clone, binary, stranger):
    """Its own cluster, a greeting that fits a screen, tokens for an hour; a stranger's answer is not taken for its own."""
    (clone / "build" / "release").mkdir(parents=True)
    (clone / "build" / "release" / "alongside").symlink_to(binary)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def dev(script):
        functions = ". ./dev; need() { :; }; build_release() { :; }; "
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ALONGSIDE_")}
        return subprocess.run(["bash", "-c", functions + script], cwd=clone, env=environment, capture_output=True, text=True, timeout=120)

    try:
        for _ in ("first", "again, while it runs"):
            greeting = dev(f"command_run --detach --port {port}")
            assert greeting.returncode == 0, greeting.stderr
            assert len(greeting.stdout.splitlines()) <= 20 and max(map(len, greeting.stdout.splitlines())) <= 80
            for words in (f"http://127.0.0.1:{port}/v1", "./dev token ROLE", "an hour", "./dev stop"):
                assert words in greeting.stdout
        token = dev("command_token line").stdout.strip()
        claims = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        assert claims["exp"] - claims["iat"] == 3600
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/me", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["role"] == "line"
        late = dev(f"port_check() {{ :; }}; command_run --detach --port {stranger}")
        assert late.returncode == 1 and not late.stdout
        assert re.search(r"Address already in use.*the server does not start", late.stderr, re.S)
    finally:
        dev("command=clean; command_clean")
    assert not (clone / "build").exists()
