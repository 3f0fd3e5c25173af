# SPDX-License-Identifier: MIT
"""The people that are asked for: made in SQL from two that come through the API, everything sealed under keys of its own."""

import base64
import os
import tempfile
from pathlib import Path

import httpx
from cases import BASE, BY_HAND, PARTICIPANTS
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from harness.cluster import SEAL_KEYS

HERE = Path(__file__).parent
# What one owner has sealed under one key: the prefix of the key's id, and the texts.
SEALED = {
    "participant": ("00000012", {"participant.accessibility_needs": "Captions, and a pause after half an hour"}),
    "form": (
        "00000013",
        {"intake.composition_preference": "People who have served", "intake.accommodation_needs": "A chair that is not by the door"},
    ),
    "referral": (
        "00000014",
        {"contact.name_to_use": "Sam Invented", "contact.handle": "+1 613 555 0100", "contact.safe_hours": "After six in the evening"},
    ),
    "session": ("00000015", {"session.join_link": "https://meet.example/room"}),
}


def box(key, text, aad):
    nonce = os.urandom(12)
    sealed = nonce + AESGCM(key).encrypt(nonce, text, aad.encode())
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def sealed_rows(kind, numbers):
    """As seal.c makes them: kind, number, key id, wrapped key, and the sealed texts."""
    master_id, master = SEAL_KEYS.split(":")
    master = bytes.fromhex(master)
    prefix, texts = SEALED[kind]
    texts = {label: text.encode() for label, text in texts.items()}
    for n in numbers:
        key, key_id = os.urandom(32), f"{prefix}-0000-4000-8000-{n}"
        wrapped = f"{master_id}~{box(master, key, f'k1|{master_id}|{key_id}')}"
        values = [f"{key_id}.{box(key, text, f'v1|{label}|{key_id}')}" for label, text in texts.items()]
        yield "\t".join((kind, str(n), key_id, wrapped, "{" + ",".join(values) + "}")) + "\n"


def make_models(server, token, contract):
    """One referral and one participant through the API, which SQL then copies."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "bench", "If-Match": "*"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        inquiry = contract.example("referrals_create")
        inquiry.pop("received_at", None)
        referral = client.post("/v1/referrals", json=inquiry).raise_for_status().json()["id"]
        person = contract.example("participants_create") | {"alias": "Bench model"}
        participant = client.post("/v1/participants", json=person).raise_for_status().json()["id"]
    return ("-v", f"prefix={PARTICIPANTS}", "-v", f"referral={referral}", "-v", f"participant={participant}")


def populate(cluster, database, count, models, by_hand=True):
    """:count people, then the copies for what is written by hand, if any is."""
    with tempfile.NamedTemporaryFile("w", suffix=".copy", dir="/tmp") as file:
        for kind in SEALED:
            amount = count // 40 * 10 if kind == "session" else count
            file.writelines(sealed_rows(kind, range(BASE + 1, BASE + amount + 1)))
        file.flush()
        os.chmod(file.name, 0o644)
        create = "create unlogged table alongside.bench_sealed (kind text, n bigint, id uuid, wrapped text, texts text[]);\n"
        copy = f"\\copy alongside.bench_sealed from '{file.name}'\ncreate index on alongside.bench_sealed (kind, n) include (texts);\n"
        cluster.psql(database, f"{create}{copy}analyze alongside.bench_sealed;\n")
    for script in ("populate.sql", "activities.sql"):
        cluster.psql(database, (HERE / script).read_text(), "-v", f"count={count}", *models)
    cluster.psql(database, "vacuum analyze;")
    if by_hand:
        cluster.psql(database, (BY_HAND / "schema.sql").read_text())
