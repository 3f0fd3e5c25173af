# SPDX-License-Identifier: MIT
"""Requests that leave at the same moment, over kept connections to several servers."""

import contextlib
import itertools
import selectors
import uuid

from .raw import RawResponse, connect, request


class Volley:
    """Kept connections to several servers, on all of which a request leaves before the first answer is read."""

    def __init__(self, *servers):
        self.servers = servers
        self.connections = {}

    def close(self):
        for connection in self.connections.values():
            connection.close()
        self.connections.clear()

    def fire(self, requests):
        """The answers, in the order of the requests; None where the connection ended without one."""
        selector = selectors.DefaultSelector()
        answers = [None] * len(requests)
        for place, server in zip(range(len(requests)), itertools.cycle(self.servers), strict=False):
            connection = self._connection(place, server)
            if connection:
                selector.register(connection, selectors.EVENT_READ, (place, bytearray()))
        for key in list(selector.get_map().values()):
            with contextlib.suppress(OSError):  # the answer that does not come tells
                key.fileobj.sendall(requests[key.data[0]])
        while selector.get_map():
            ready = selector.select(timeout=60)
            assert ready, f"{len(selector.get_map())} answers never came"
            for key, _ in ready:
                place, data = key.data
                if not self._read(key.fileobj, data):
                    self.connections.pop(place).close()
                    selector.unregister(key.fileobj)
                elif is_whole(data):
                    answers[place] = RawResponse(bytes(data))
                    selector.unregister(key.fileobj)
        return answers

    def _connection(self, place, server):
        """The one that was kept, unless the server has closed it meanwhile."""
        kept = self.connections.pop(place, None)
        if kept and not self._is_open(kept):
            kept.close()
            kept = None
        with contextlib.suppress(ConnectionRefusedError):
            self.connections[place] = kept or connect(server, timeout_s=60)
        return self.connections.get(place)

    def _is_open(self, connection):
        connection.setblocking(False)
        try:
            return connection.recv(1) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            connection.settimeout(60)

    def _read(self, connection, data):
        try:
            chunk = connection.recv(65536)
        except OSError:
            chunk = b""
        data += chunk
        return chunk != b""


def is_whole(data):
    head, ends, body = data.partition(b"\r\n\r\n")
    if not ends:
        return False
    # What answers 204 has no length.
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b"content-length:0")
    return len(body) >= int(length.split(b":")[1])


def call(token, method, path, body=None, if_match=None, key=False):
    """The bytes of a request."""
    headers = [f"Authorization: Bearer {token}"]
    if body is not None:
        headers.append("Content-Type: application/json")
    if if_match is not None:
        headers.append(f"If-Match: {if_match}")
    if key:
        headers.append(f"Idempotency-Key: {uuid.uuid4()}")
    return request(method, path, *headers, body=body or b"")
