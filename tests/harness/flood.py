# SPDX-License-Identifier: MIT
"""One request over many kept connections at once, each as soon as it is answered, until standard input ends; then prints how often each
status came. A process of its own, so that whoever measures meanwhile is not held up by it."""

import collections
import json
import selectors
import socket
import subprocess
import sys
import tempfile


class Flood:
    """with Flood(port, request, connections) as flood: …; then flood.statuses, and one of the answers with 429."""

    def __init__(self, port, request, connections=200):
        self.file = tempfile.NamedTemporaryFile()
        self.file.write(request)
        self.file.flush()
        command = [sys.executable, __file__, str(port), str(connections), self.file.name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "under way\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        said, _ = self.process.communicate(timeout=60)
        self.file.close()
        told = json.loads(said)
        self.statuses = {int(status): count for status, count in told["statuses"].items()}
        self.refusal = told["refusal"].encode("latin-1")


def length_of(head):
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def run(port, connections, request):
    selector, statuses, refusal = selectors.DefaultSelector(), collections.Counter(), b""
    selector.register(sys.stdin, selectors.EVENT_READ)
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(request)
        selector.register(connection, selectors.EVENT_READ, bytearray())
    print("under way", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                print(json.dumps({"statuses": statuses, "refusal": refusal.decode("latin-1")}))
                return
            key.data.extend(key.fileobj.recv(65536))
            head, ends, body = bytes(key.data).partition(b"\r\n\r\n")
            if not ends or len(body) < (0 if b" 304 " in head[:20] else length_of(head)):
                continue
            status = int(head[9:12])
            statuses[status] += 1
            refusal = bytes(key.data) if status == 429 else refusal
            key.data.clear()
            key.fileobj.sendall(request)


if __name__ == "__main__":
    with open(sys.argv[3], "rb") as source:
        run(int(sys.argv[1]), int(sys.argv[2]), source.read())
