# SPDX-License-Identifier: MIT
"""A Keycloak of the tests' own: had from Maven Central through its client, kept below build/, with one realm."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import httpx

from .server import free_port

VERSION = "26.7.3"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:tar.gz"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"


class CannotBeHad(Exception):
    """The provider is not on this machine and cannot be fetched."""


def have(build):
    """The directory of an unpacked Keycloak."""
    home = build / f"keycloak-{VERSION}"
    if home.exists():
        return home
    if not (shutil.which("mvn") and shutil.which("java")):
        raise CannotBeHad("Keycloak needs java and mvn")
    build.mkdir(parents=True, exist_ok=True)
    ran = subprocess.run(
        ["mvn", "-q", "-B", COPY, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={build}"], capture_output=True, text=True, check=False
    )
    archive = build / f"keycloak-quarkus-dist-{VERSION}.tar.gz"
    if ran.returncode != 0 or not archive.exists():
        raise CannotBeHad(f"Maven gives no Keycloak: {(ran.stdout + ran.stderr)[-300:]}")
    with tempfile.TemporaryDirectory(dir=build) as unpacked:
        subprocess.run(["tar", "-xzf", archive, "-C", unpacked], check=True)
        made = Path(unpacked) / home.name
        # Once for all starts, which then take half the time.
        subprocess.run([made / "bin" / "kc.sh", "build", "--db=dev-mem"], check=True, capture_output=True)
        made.rename(home)
    archive.unlink()
    return home


class Keycloak:
    """Started once for all tests: that takes half a minute and more."""

    def __init__(self, build, directory):
        home = have(build)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.issuer = f"{self.url}/realms/alongside"
        self.log = directory / "log"
        self.admin_headers, self.admin_until = {}, 0
        environment = dict(os.environ, KC_BOOTSTRAP_ADMIN_USERNAME="admin", KC_BOOTSTRAP_ADMIN_PASSWORD="admin")
        environment["JAVA_OPTS_APPEND"] = "-Xmx512m -XX:TieredStopAtLevel=1"
        port = self.url.rsplit(":", 1)[1]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [home / "bin" / "kc.sh", "start", "--optimized", "--http-enabled=true", "--hostname-strict=false",
                 "--http-host=127.0.0.1", f"--http-port={port}", "--cache=local"],
                stdout=log, stderr=log, env=environment, start_new_session=True,
            )  # fmt: skip
        try:
            self.wait()
            self.make_realm()
        except BaseException:
            self.stop()
            raise

    def wait(self, timeout_s=300):
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            try:
                if httpx.get(f"{self.url}/realms/master", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.5)
        raise AssertionError(f"Keycloak does not answer: {self.log.read_text()[-2000:]}")

    def stop(self):
        """The script's shell and its Java are one group of processes, begun here."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    # ---- administration ----

    def admin(self, method, path, body=None):
        if time.monotonic() > self.admin_until:  # a token lives a minute
            form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": "admin"}
            token = httpx.post(f"{self.url}/realms/master/protocol/openid-connect/token", data=form, timeout=30).json()["access_token"]
            self.admin_headers, self.admin_until = {"Authorization": f"Bearer {token}"}, time.monotonic() + 30
        answer = httpx.request(method, f"{self.url}/admin/realms{path}", json=body, headers=self.admin_headers, timeout=30)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None

    def make_realm(self):
        self.admin("POST", "", {"realm": "alongside", "enabled": True, "sslRequired": "none"})
        for role in ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line", "administrator"):
            self.add_role(role)
        mapper = {
            "name": "audience", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
            "config": {"included.custom.audience": "alongside", "access.token.claim": "true"},
        }  # fmt: skip
        people = {"clientId": "people", "publicClient": True, "directAccessGrantsEnabled": True, "protocolMappers": [mapper]}
        self.admin("POST", "/alongside/clients", people)
        line = {"clientId": "line", "secret": "secret", "serviceAccountsEnabled": True, "protocolMappers": [mapper]}
        self.admin("POST", "/alongside/clients", line)
        self.give(self.admin("GET", f"/alongside/clients/{self.client('line')['id']}/service-account-user")["id"], "line")

    def client(self, name):
        return self.admin("GET", f"/alongside/clients?clientId={name}")[0]

    def add_role(self, name):
        self.admin("POST", "/alongside/roles", {"name": name})

    def give(self, subject, *roles):
        wanted = [self.admin("GET", f"/alongside/roles/{role}") for role in roles]
        self.admin("POST", f"/alongside/users/{subject}/role-mappings/realm", wanted)

    def add_person(self, name, *roles):
        """Their sub."""
        body = {
            "username": name, "enabled": True, "email": f"{name}@example.org", "emailVerified": True, "firstName": "A", "lastName": "B",
            "credentials": [{"type": "password", "value": name, "temporary": False}],
        }  # fmt: skip
        self.admin("POST", "/alongside/users", body)
        subject = self.admin("GET", f"/alongside/users?username={name}&exact=true")[0]["id"]
        self.give(subject, *roles)
        return subject

    def remove_person(self, subject):
        self.admin("DELETE", f"/alongside/users/{subject}")

    def sign_with(self, algorithm):
        """From now on the tokens of `people` are signed so, under a new key where that needs one."""
        provider, config = {
            "RS256": (None, {}),
            "PS256": ("rsa-generated", {"algorithm": ["PS256"]}),
            "ES256": ("ecdsa-generated", {"ecdsaEllipticCurveKey": ["P-256"]}),
            "ES384": ("ecdsa-generated", {"ecdsaEllipticCurveKey": ["P-384"]}),
            "EdDSA": ("eddsa-generated", {"eddsaEllipticCurveKey": ["Ed25519"]}),
        }[algorithm]
        if provider:
            body = {
                "name": f"key-{algorithm}", "providerId": provider, "providerType": "org.keycloak.keys.KeyProvider",
                "config": {"priority": ["100"], "enabled": ["true"], "active": ["true"]} | config,
            }  # fmt: skip
            self.admin("POST", "/alongside/components", body)
        self.set_attribute("access.token.signed.response.alg", algorithm)

    def set_attribute(self, name, value):
        client = self.client("people")
        client["attributes"] = client.get("attributes", {}) | {name: value}
        self.admin("PUT", f"/alongside/clients/{client['id']}", client)

    # ---- signing in ----

    def grant(self, **form):
        answer = httpx.post(f"{self.issuer}/protocol/openid-connect/token", data=form, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sign_in(self, name):
        return self.grant(grant_type="password", client_id="people", username=name, password=name)

    def token(self, name):
        return self.sign_in(name)["access_token"]

    def line_token(self):
        return self.grant(grant_type="client_credentials", client_id="line", client_secret="secret")["access_token"]

    def sign_out(self, signed_in):
        form = {"client_id": "people", "refresh_token": signed_in["refresh_token"]}
        assert httpx.post(f"{self.issuer}/protocol/openid-connect/logout", data=form, timeout=30).status_code == 204
