# SPDX-License-Identifier: MIT
"""A real issuer, as far as its keys go: the documents can be exchanged and faults injected while it runs."""

import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class JwksServer:
    def __init__(self, *keys, certificate=None):
        """certificate: a PEM file of key and certificate for 127.0.0.1, to be served over https."""
        self.keys = list(keys)
        self.requests = 0
        self.status = 200
        self.body = None  # bytes to answer instead of the keys
        self.delay_s = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests += 1
                time.sleep(outer.delay_s)
                is_discovery = self.path.endswith("/.well-known/openid-configuration")
                body = outer.discovery() if is_discovery else outer.body if outer.body is not None else outer.document()
                self.send_response(outer.status)
                self.send_header("Content-Type", "application/jwk-set+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.issuer = f"http{'s' if certificate else ''}://127.0.0.1:{self.server.server_address[1]}/"
        self.says_issuer = self.issuer
        self.url = f"{self.issuer}jwks.json"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def discovery(self):
        return json.dumps({"issuer": self.says_issuer, "jwks_uri": self.url}).encode()

    def document(self):
        return json.dumps({"keys": [key.jwk() for key in self.keys]}).encode()

    def wait_for_request(self, count, timeout_s=10):
        deadline = time.monotonic() + timeout_s
        while self.requests < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert self.requests >= count, f"{self.requests} of {count} fetches of the keys"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
