# SPDX-License-Identifier: MIT
"""Bytes on a socket, for requests that no HTTP library would send."""

import json
import socket

import httpx


class RawResponse:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        parts = lines[0].split(b" ")
        self.status = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None
        self.headers = httpx.Headers()
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            self.headers[name.strip().decode("latin-1")] = value.strip().decode("latin-1")
        self.data = data

    def problem(self):
        assert self.headers.get("content-type", "").startswith("application/problem+json"), self.data[:500]
        return json.loads(self.body)


def connect(server, timeout_s=20):
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=timeout_s)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read_all(connection):
    """Everything until the server closes."""
    data = b""
    while True:
        try:
            chunk = connection.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            return data
        if not chunk:
            return data
        data += chunk


def read_response(connection):
    """One response with Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return RawResponse(data)
        data += chunk
    response = RawResponse(data)
    wanted = int(response.headers.get("content-length", "0"))
    while len(response.body) < wanted:
        chunk = connection.recv(65536)
        if not chunk:
            break
        response.body += chunk
    return response


def exchange(server, data):
    """Sends the bytes, half-closes nothing, and reads one response."""
    with connect(server) as connection:
        connection.sendall(data)
        return read_response(connection)


def request(method, target, *headers, body=b"", host="127.0.0.1", length=True):
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *headers]
    if length and (body or method in ("POST", "PUT", "PATCH")):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
