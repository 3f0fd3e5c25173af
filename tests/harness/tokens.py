# SPDX-License-Identifier: MIT
"""Access tokens as an identity provider would make them, and as an attacker would."""

import base64
import json
import time
import uuid

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

ISSUER = "urn:alongside:local"
AUDIENCE = "alongside"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A signing key: 'ES256' or 'RS256'."""

    def __init__(self, algorithm, kid=None):
        self.algorithm = algorithm
        self.kid = kid
        if algorithm == "ES256":
            self.private = ec.generate_private_key(ec.SECP256R1())
        else:
            self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def private_pem(self):
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    def public_pem(self):
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()

    def jwk(self):
        algorithm = jwt.algorithms.get_default_algorithms()[self.algorithm]
        return algorithm.to_jwk(self.private.public_key(), as_dict=True) | {
            "kid": self.kid,
            "use": "sig",
            "alg": self.algorithm,
        }

    def sign(self, claims, **header):
        headers = {"typ": "at+jwt"} | ({"kid": self.kid} if self.kid else {}) | header
        return jwt.encode(claims, self.private, algorithm=self.algorithm, headers=headers)


def claims(subject, role, **changes):
    """The claims of a good token; a change of None removes the claim."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "client_id": "tests",
        "iat": now,
        "exp": now + 900,
        "jti": str(uuid.uuid4()),
        "roles": [role],
    }
    return {k: v for k, v in (good | changes).items() if v is not None}


def unsigned(claims_, signature="", **header):
    """A token put together by hand: alg none, wrong signatures, odd headers."""
    parts = [base64url(json.dumps(part).encode()) for part in ({"alg": "none", "typ": "at+jwt"} | header, claims_)]
    return ".".join([*parts, signature])
