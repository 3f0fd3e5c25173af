# SPDX-License-Identifier: MIT
"""An HTTP client for tests that read as stories:

    r = coordinator.post("/v1/things", {...}).created()
    coordinator.patch(r.path, {...}, if_match=r).ok()
    peer.get(r.path).problem(404, "not-found")

Every answer is held against the contract and against the conventions that hold for all of them.
"""

import json as jsonlib
import re
import ssl
import uuid

import httpx

from . import record

AUTO = object()
# Nothing here speaks TLS, yet a client without a context reads all of the machine's authorities: 20 ms each.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Response:
    def __init__(self, raw, method, path):
        self.raw = raw
        self.method = method
        self.where = f"{method} {path}"
        self.status = raw.status_code
        self.headers = raw.headers
        self.content = raw.content
        self.etag = raw.headers.get("ETag")
        self.path = raw.headers.get("Location")

    @property
    def json(self):
        return jsonlib.loads(self.content) if self.content else None

    def __getitem__(self, key):
        return self.json[key]

    def _expect(self, *statuses):
        assert self.status in statuses, f"{self.where}: {self.status}, not {statuses}: {self.content[:2000].decode(errors='replace')}"
        return self

    def ok(self, status=200):
        return self._expect(status)

    def created(self):
        self._expect(201)
        assert self.path, f"{self.where}: 201 without Location"
        return self

    def no_content(self):
        return self._expect(204)

    def not_modified(self):
        return self._expect(304)

    def problem(self, status, slug=None):
        self._expect(status)
        body = self.json
        if slug is not None:
            found = body["type"].rsplit("/", 1)[-1]
            assert found == slug, f"{self.where}: problem {found!r}, not {slug!r}: {body}"
        return self

    def fault(self, where, code=None):
        """The problem names this pointer, parameter or header (and code)."""
        errors = self.json.get("errors", [])
        for error in errors:
            if where in (error.get("pointer"), error.get("parameter"), error.get("header")):
                if code is None or error["code"] == code:
                    return self
        raise AssertionError(f"{self.where}: no fault {where} {code or ''} in {errors}")

    @property
    def data(self):
        """The entries of a list."""
        return self.json["data"]


class Client:
    def __init__(self, base_url, contract=None, token=None, account=None, headers=None):
        self.base_url = base_url
        self.contract = contract
        self.token = token
        self.account = account
        self.headers = headers or {}
        always = {"Accept": "*/*", "User-Agent": "tests"}
        self.http = httpx.Client(base_url=base_url, timeout=60, trust_env=False, verify=TLS, headers=always)

    def close(self):
        self.http.close()

    def __del__(self):
        self.close()  # tests make clients freely, also in threads

    def request(
        self, method, path, json=AUTO, *, content=None, content_type=None, if_match=None, if_none_match=None,
        idempotency_key=AUTO, language=None, now=None, headers=None, params=None, check=True,
    ):  # fmt: skip
        sent = dict(self.headers)
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        body = content
        if json is not AUTO and content is None:
            body = jsonlib.dumps(json).encode()
            sent["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        if content_type is not None:
            sent["Content-Type"] = content_type
        for name, value in (("If-Match", if_match), ("If-None-Match", if_none_match)):
            if value is not None:
                sent[name] = value.etag if isinstance(value, Response) else value
        if idempotency_key is AUTO:
            operation = self.contract and self.contract.find(method, path.split("?")[0])
            if operation and operation.needs_key:
                sent["Idempotency-Key"] = str(uuid.uuid4())
        elif idempotency_key is not None:
            sent["Idempotency-Key"] = idempotency_key
        if language is not None:
            sent["Accept-Language"] = language
        if now is not None:
            sent["X-Test-Now"] = now
        sent.update(headers or {})
        raw = self.http.request(method, path, content=body, headers=sent, params=params)
        response = Response(raw, method, path)
        if record.FILE:
            record.record(response, self.contract, sent)
        if check and self.contract:
            self._check(response, sent, json)
        return response

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def head(self, path, **kwargs):
        return self.request("HEAD", path, **kwargs)

    def options(self, path, **kwargs):
        return self.request("OPTIONS", path, **kwargs)

    def post(self, path, json=AUTO, **kwargs):
        return self.request("POST", path, json, **kwargs)

    def put(self, path, json=AUTO, **kwargs):
        return self.request("PUT", path, json, **kwargs)

    def patch(self, path, json=AUTO, **kwargs):
        return self.request("PATCH", path, json, **kwargs)

    def delete(self, path, **kwargs):
        return self.request("DELETE", path, **kwargs)

    def _check(self, response, sent, body):
        headers, status = response.headers, response.status
        path = response.raw.request.url.raw_path.decode().split("?")[0]
        where = f"{response.where}: {status}"
        assert UUID.fullmatch(headers.get("X-Request-Id", "")), f"{where}: X-Request-Id {headers.get('X-Request-Id')!r}"
        for name in ("API-Version", "Cache-Control", "Content-Security-Policy", "Referrer-Policy"):
            assert headers.get(name), f"{where}: no {name}"
        assert headers.get("X-Content-Type-Options") == "nosniff", f"{where}: no nosniff"
        assert "server" not in headers and "x-powered-by" not in headers, f"{where}: a version banner"
        if status >= 400 and response.method != "HEAD":
            self._check_problem(where, response)
        if "Authorization" in sent:
            assert "public" not in headers["Cache-Control"] or status == 304 or "/v1/" not in path or self._is_public(response, path)
        self.contract.check_response(response.method, path, status, headers, response.content)
        if status < 300 and body is not AUTO:
            self.contract.check_request(response.method, path, sent.get("Content-Type"), body)

    def _is_public(self, response, path):
        operation = self.contract.find(response.method, path)
        return operation is not None and "public" in operation.roles

    def _check_problem(self, where, response):
        headers = response.headers
        assert headers["Content-Type"].split(";")[0] == "application/problem+json", f"{where}: {headers['Content-Type']}"
        assert headers["Cache-Control"] == "no-store", f"{where}: an error that may be kept"
        assert "Content-Language" in headers, f"{where}: no Content-Language"
        body = response.json
        assert body["status"] == response.status, f"{where}: status member {body['status']}"
        assert re.match(r"https?://", body["type"]), f"{where}: type {body['type']!r}"
        assert body["instance"] == f"urn:uuid:{headers['X-Request-Id']}", f"{where}: instance {body['instance']!r}"
        assert body["title"], f"{where}: no title"
        if response.status == 401:
            assert headers.get("WWW-Authenticate", "").startswith("Bearer"), f"{where}: no WWW-Authenticate"
        if response.status == 405:
            assert headers.get("Allow"), f"{where}: no Allow"
        if response.status == 503:
            assert re.fullmatch(r"\d+", headers.get("Retry-After", "")), f"{where}: no Retry-After"
