# SPDX-License-Identifier: MIT
"""Generated requests against the contract, a bounded run for each role, over the operations that this role may call."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROLES = ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line", "administrator")
SECONDS = {"coordinator": 30, "administrator": 15}
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,positive_data_acceptance,missing_required_header,"
    "unsupported_method,allow_header_conformance,ignored_auth"
)


def with_free_headers(contract, path):
    """The document without bounds on conditional headers and languages: HTTP has those ignored when they make no sense,
    so a request with such a header is not one that must be refused."""
    document = json.loads(json.dumps(contract.document))
    places = [item for item in document["paths"].values()]
    parameters = [p for item in places for method in item.values() if isinstance(method, dict) for p in method.get("parameters", [])]
    for parameter in [*document["components"].get("parameters", {}).values(), *parameters]:
        if parameter.get("in") == "header" and parameter["name"] != "Idempotency-Key":
            parameter["schema"] = {"type": "string"}
    path.write_text(json.dumps(document))
    return path


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_generated_requests(role, server, contract, token, tmp_path):
    operations = [o for o in contract.operations if role in o.roles]
    assert operations, f"{role} may call nothing"
    document = with_free_headers(contract, tmp_path / "openapi.json")
    command = [Path(sys.executable).parent / "st", "--config-file", HERE / "schemathesis.toml", "run", document]
    command += ["--url", server.url, "--checks", CHECKS, "--phases", "examples,coverage,fuzzing"]
    command += ["--max-time", str(SECONDS.get(role, 8)), "-H", f"Authorization: Bearer {token(role)}", "--continue-on-failure"]
    command += ["--suppress-health-check", "all", "--warnings", "off", "--no-color", "--seed", "1"]
    for operation in operations:
        command += ["--include-operation-id", operation.id]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)
    server.assert_alive()
    output = re.sub(r"Bearer [\w.-]+", "Bearer ...", result.stdout + result.stderr)
    assert result.returncode == 0, output[-12000:]
