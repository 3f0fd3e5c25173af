# SPDX-License-Identifier: MIT
"""A glewlwyd of the tests' own: Debian's packages, unpacked below build/, never installed; one database a start."""

import gzip
import os
import shutil
import sqlite3
import subprocess
import time
import urllib.parse

import httpx

from .keycloak import CannotBeHad
from .server import free_port
from .tokens import Key

PACKAGES = ("glewlwyd", "glewlwyd-common", "libhoel1.4", "libiddawc1.1", "liboath0", "libconfig9", "libmariadb3")
ROLES = ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line", "administrator")
AUDIENCE = "https://alongside.example/v1"
BACK = "http://127.0.0.1/"
CONFIGURATION = """
port={port}
external_url="http://127.0.0.1:{port}"
login_url="login.html"
api_prefix="api"
static_files_path="{home}/usr/share/glewlwyd/webapp/"
log_mode="console"
log_level="INFO"
cookie_domain="127.0.0.1"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="{modules}/user"
user_middleware_module_path="{modules}/user_middleware"
client_module_path="{modules}/client"
user_auth_scheme_module_path="{modules}/scheme"
plugin_module_path="{modules}/plugin"
hash_algorithm = "SHA512"
database = {{ type = "sqlite3" path = "{database}" }};
"""


def have(build):
    """The directory into which the packages are unpacked."""
    home = build / "glewlwyd"
    if home.exists():
        return home
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise CannotBeHad("glewlwyd comes from Debian")
    fetched = build / "glewlwyd.new"
    shutil.rmtree(fetched, ignore_errors=True)
    fetched.mkdir(parents=True)
    ran = subprocess.run(["apt-get", "download", *PACKAGES], cwd=fetched, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise CannotBeHad(f"apt-get gives no glewlwyd: {ran.stderr[-300:]}")
    for package in fetched.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, fetched], check=True)
        package.unlink()
    fetched.rename(home)
    return home


class Glewlwyd:
    """People come by the code flow, the line by its own credentials; the role is a scope."""

    def __init__(self, build, directory):
        home, database, port = have(build), directory / "database", free_port()
        self.api = f"http://127.0.0.1:{port}/api"
        self.issuer = f"{self.api}/oidc"
        self.log = directory / "log"
        with sqlite3.connect(database) as made:
            made.executescript(gzip.open(home / "usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz", "rt").read())
        made.close()
        configuration = directory / "configuration"
        configuration.write_text(CONFIGURATION.format(port=port, home=home, modules=home / "usr/lib/glewlwyd", database=database))
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [home / "usr/bin/glewlwyd", "-c", configuration],
                stdout=log,
                stderr=log,
                env=dict(os.environ, LD_LIBRARY_PATH=str(home / "usr/lib/x86_64-linux-gnu")),
            )
        self.admin = httpx.Client(timeout=30)
        try:
            self.wait()
            self.make_everything()
        except BaseException:
            self.stop()
            raise

    def wait(self, timeout_s=60):
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            try:
                self.admin.get(f"{self.api}/", timeout=2)
                return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError(f"glewlwyd does not answer: {self.log.read_text()[-2000:]}")

    def stop(self):
        self.admin.close()
        self.process.terminate()
        self.process.wait(20)

    def call(self, client, method, path, body):
        answer = client.request(method, f"{self.api}{path}", json=body)
        assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text[:300]}"

    def make_everything(self):
        key = Key("RS256")
        self.call(self.admin, "POST", "/auth/", {"username": "admin", "password": "password"})
        for role in ROLES:
            self.call(self.admin, "POST", "/scope/", {"name": role, "display_name": role, "password_required": True, "scheme": {}})
        parameters = {
            "iss": self.issuer, "jwt-type": "rsa", "jwt-key-size": "256", "key": key.private_pem(), "cert": key.public_pem(),
            "access-token-duration": 3600, "refresh-token-duration": 3600, "code-duration": 600, "refresh-token-rolling": False,
            "allow-non-oidc": True, "auth-type-code-enabled": True, "auth-type-client-enabled": True, "auth-type-token-enabled": False,
            "auth-type-id-token-enabled": True, "auth-type-none-enabled": False, "auth-type-password-enabled": False,
            "auth-type-refresh-enabled": True, "auth-type-device-enabled": False, "subject-type": "public", "jwks-show": True,
            "resource-allowed": True, "resource-scope": {role: [AUDIENCE] for role in ROLES}, "resource-client-property": "",
            "resource-scope-and-client-property": False,
        }  # fmt: skip
        plugin = {"module": "oidc", "name": "oidc", "display_name": "oidc", "enabled": True, "parameters": parameters}
        self.call(self.admin, "POST", "/mod/plugin/", plugin)
        self.add_client("people", ["code"], [])
        self.add_client("line", ["client_credentials"], ["line"])

    def add_client(self, name, flows, scopes):
        body = {
            "client_id": name, "name": name, "confidential": True, "client_secret": "secret", "password": "secret",
            "authorization_type": flows, "redirect_uri": [BACK], "scope": scopes, "enabled": True,
            "token_endpoint_auth_method": ["client_secret_basic"],
        }  # fmt: skip
        self.call(self.admin, "POST", "/client/", body)

    def add_person(self, name, role):
        body = {"username": name, "password": f"{name}-password", "scope": ["openid", role], "enabled": True}
        self.call(self.admin, "POST", "/user/", body)

    def token(self, name, role):
        """As a browser and the client behind it would get it."""
        scope = f"openid {role}"
        with httpx.Client(timeout=30) as person:
            self.call(person, "POST", "/auth/", {"username": name, "password": f"{name}-password"})
            self.call(person, "PUT", "/auth/grant/people", {"scope": scope})
            asked = {
                "response_type": "code", "client_id": "people", "redirect_uri": BACK, "scope": scope, "resource": AUDIENCE, "nonce": "n",
                "g_continue": "",
            }  # fmt: skip
            back = urllib.parse.urlparse(person.get(f"{self.issuer}/auth", params=asked).headers["Location"])
        (code,) = urllib.parse.parse_qs(back.query)["code"]
        return self.grant("people", grant_type="authorization_code", code=code, redirect_uri=BACK)

    def line_token(self):
        return self.grant("line", grant_type="client_credentials", scope="line")

    def grant(self, client, **form):
        answer = httpx.post(f"{self.issuer}/token", data=form | {"resource": AUDIENCE}, auth=(client, "secret"), timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]
