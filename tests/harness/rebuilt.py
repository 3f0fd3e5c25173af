# SPDX-License-Identifier: MIT
"""The binary with other SQL in it: a copy of sql/ with changes, and that one object exchanged."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / os.environ.get("TEST_BUILD", "build/release")


def build(directory, changes):
    """The binary of a copy of sql/ with these files."""
    sql = shutil.copytree(ROOT / "sql", directory / "sql")
    for name, text in changes.items():
        (sql / name).parent.mkdir(exist_ok=True)
        (sql / name).write_text(text)
    source, made, binary = (str(directory / name) for name in ("embedded_sql.c", "embedded_sql.o", "alongside"))
    subprocess.run([sys.executable, ROOT / "sql" / "embed.py", "--output", source, "--depfile", f"{source}.d", sql], check=True)
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    entry = next(entry for entry in commands if entry["file"].endswith("embedded_sql.c"))
    exchanged = {entry["file"]: source, entry["output"]: made, f"{entry['output']}.d": f"{made}.d"}
    subprocess.run([exchanged.get(word, word) for word in shlex.split(entry["command"])], cwd=BUILD, check=True)
    link = subprocess.run(["ninja", "-t", "commands", "-s", "alongside"], cwd=BUILD, capture_output=True, text=True, check=True).stdout
    words = [binary if word == "alongside" else word for word in shlex.split(link)]
    archive = words.index("libalongside.a")  # what is defined before it is not taken from it
    subprocess.run([*words[:archive], made, *words[archive:]], cwd=BUILD, check=True)
    return binary
