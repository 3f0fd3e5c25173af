# SPDX-License-Identifier: MIT
"""The curl walk of the README and how docs/WALK.md goes on, pasted line by line into a shell: exactly what a reader would do."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from harness.cluster import POSTGRES_BIN

ROOT = Path(__file__).resolve().parent.parent.parent
SECTION = "The journey with curl"


def blocks(text):
    found = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    assert found, "no ```sh block"
    return found


def readme():
    """The blocks of the README's section: the journey, and the withdrawal that is possible at any moment."""
    section = re.search(rf"^#+ {SECTION}\s*$(.*?)(?=^## |\Z)", (ROOT / "README.md").read_text(), re.M | re.S)
    assert section, f"README.md has no section {SECTION!r}"
    journey, withdrawal = blocks(section[1])
    return journey, withdrawal


# Before the walk: `./dev token` answers with tokens of the test's server, and a curl that fails stops everything.
PREAMBLE = r"""
set -e -o pipefail
curl() { command curl --fail-with-body --silent --show-error "$@"; }
trap 'echo "the walk stopped at line: $BASH_COMMAND" >&2' ERR
"""


@pytest.fixture
def paste(server, local_key, mailbox, tmp_path, cluster, database, start_server):
    start_server(database=database, worker=True)
    key = tmp_path / "key.pem"
    key.write_text(local_key.private_pem())
    stand_in = tmp_path / "dev"
    stand_in.write_text(
        f"""#!/bin/bash
# ./dev token ROLE [--account ID] and ./dev psql, for the server of this test.
if [ "$1" = psql ]; then shift; exec {POSTGRES_BIN}/psql -X -h {cluster.root} -U postgres -d {database} "$@"; fi
[ "$1" = token ] || exit 2
shift
roles=(peer peer_supporter mental_health_professional coordinator line administrator)
if [ "$#" -eq 1 ]; then
    for i in "${{!roles[@]}}"; do
        [ "${{roles[$i]}}" != "$1" ] || set -- "$1" --account "$(printf '00000000-0000-4000-8000-%012d' $((i + 1)))"
    done
fi
exec {server.binary} token "$@"
"""
    )
    stand_in.chmod(0o755)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ALONGSIDE_")} | {
        "ALONGSIDE_DATABASE_URL": server.settings["database_url"],
        "ALONGSIDE_SEAL_KEYS": server.settings["seal_keys"],
        "ALONGSIDE_TOKEN_LOCAL_KEY_FILE": str(key),
        "NO_PROXY": "*",
    }

    def run(*parts):
        # Only the address differs from what a reader pastes.
        script = re.sub(r"^API=.*$", f"API={server.url}", "\n".join(parts), flags=re.M)
        assert f"API={server.url}" in script, "the walk begins with a line API=..."
        result = subprocess.run(
            ["bash"], input=PREAMBLE + script, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )
        assert result.returncode == 0, f"{result.stdout[-3000:]}\n{result.stderr[-3000:]}"
        assert "null" not in [line.strip() for line in result.stdout.splitlines()], "a jq in the walk found nothing"
        return result.stdout

    return run


def test_the_readme_can_be_pasted(paste):
    journey, withdrawal = readme()
    paste(journey, withdrawal)


def test_the_walk_goes_on_from_a_finished_intake_to_an_attended_session(paste):
    journey, _ = readme()
    printed = paste(journey, *blocks((ROOT / "docs" / "WALK.md").read_text()))
    for seen in ('"confirmed"', "BEGIN:VCALENDAR", '"in_progress"', '"present"', '"completed"', '"withdrawn"', '"standing":"held"'):
        assert seen in printed, f"{seen} is not seen on the way"
