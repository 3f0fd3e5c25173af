# SPDX-License-Identifier: MIT
"""With TEST_RECORD=FILE every answer a client gets is a line of that file, for tests/record.py to compare. Lines are appended whole:
several processes may share a file."""

import base64
import json
import os

FILE = os.environ.get("TEST_RECORD")


def role_of(authorization):
    """The role a token claims; what is no token has none."""
    try:
        payload = authorization.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["roles"][0]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None


def record(response, contract, sent):
    operation = contract and contract.find(response.method, response.raw.request.url.path)
    line = {
        "test": os.environ.get("PYTEST_CURRENT_TEST"),
        "operation": operation and operation.id,
        "method": response.method,
        "target": response.raw.request.url.raw_path.decode(),
        "role": role_of(sent.get("Authorization")),
        "now": sent.get("X-Test-Now"),
        "status": response.status,
        "headers": dict(response.headers),
        "body": response.content.decode(errors="replace"),
    }
    descriptor = os.open(FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, json.dumps(line, ensure_ascii=False).encode() + b"\n")
    finally:
        os.close(descriptor)
