# SPDX-License-Identifier: MIT
"""Documents by version (S1.32, S2.47, S2.48): both languages or not at all (I6), never changed, and what was read can be checked."""

import collections
import hashlib
import uuid

import pytest
from harness.client import Client
from steps import ABSENT, at_once, next_link, walk

PATH = "/v1/documents"
KINDS = ("code_of_conduct", "confidentiality", "consent", "guest_confidentiality", "privacy_notice", "safety_protocol")


def text(kind="code_of_conduct", **changes):
    word = uuid.uuid4().hex
    return {
        "kind": kind,
        "title": {"en": f"Title {word}", "fr": f"Titre {word}"},
        "body": {"en": "We meet as equals.\n\nNobody is judged.", "fr": "Nous nous rencontrons d'égal à égal.\n\nPersonne n'est jugé."},
    } | changes


@pytest.fixture
def publish(administrator):
    def make(kind="code_of_conduct", **changes):
        return administrator.post(PATH, text(kind, **changes)).created()

    return make


def in_force(client, kind):
    (document,) = client.get(PATH, params={"kind": kind}).ok().data
    return document


# ---- publishing ----


def test_an_installation_comes_with_all_six(nobody):
    """S1.32, S2.47: four for a group, consent for an activity (S2.48), and the notice of what is kept and why."""
    listed = nobody.get(PATH).ok()
    assert [document["kind"] for document in listed.data] == list(KINDS)
    for document in listed.data:
        assert set(document["title"]) == set(document["body"]) == {"en", "fr"}, document["kind"]
    assert listed.headers["Cache-Control"].startswith("public, max-age=300")


def test_a_version_follows_the_one_before(administrator, nobody, publish):
    """Decision 3: at once, with the next number; the old ones stay to be read by whoever accepted them."""
    before = in_force(nobody, "safety_protocol")
    made = publish("safety_protocol")
    assert made["number"] == before["number"] + 1
    assert nobody.get(made.path).ok().json == made.json == in_force(nobody, "safety_protocol")
    assert nobody.get(f"{PATH}/{before['id']}").ok().json == before
    versions = walk(nobody, PATH, params={"kind": "safety_protocol", "versions": "all", "limit": 1})
    assert [version["number"] for version in versions] == list(range(made["number"], 0, -1)), "numbers have no holes"


def test_anybody_can_check_what_was_read(publish):
    """The digest is over both languages, as the contract says."""
    made = publish("consent", title={"en": "Consent", "fr": "Consentement éclairé"})
    parts = (made["title"]["en"], made["body"]["en"], made["title"]["fr"], made["body"]["fr"])
    assert made["sha256"] == hashlib.sha256("".join(part + "\n" for part in parts).encode()).hexdigest()


def test_nobody_is_asked_again_for_the_same_words(administrator, publish):
    """R10: the same text again is refused; words from before may come back later."""
    words = text("confidentiality")
    first = administrator.post(PATH, words).created()
    refused = administrator.post(PATH, words).problem(409, "conflict")
    assert (refused["reason"], refused["document_id"]) == ("unchanged", first["id"])
    publish("confidentiality")
    again = administrator.post(PATH, words).created()
    assert again["number"] == first["number"] + 2 and again["sha256"] == first["sha256"]


@pytest.mark.parametrize(
    ("changes", "where", "code"),
    [
        ({"kind": "waiver"}, "#/kind", "not-allowed"),
        ({"title": {"en": "Only"}}, "#/title/fr", "required"),
        ({"title": {"fr": "Seulement"}}, "#/title/en", "required"),
        ({"title": "One"}, "#/title", "type"),
        ({"title": {"en": "x" * 201, "fr": "y"}}, "#/title/en", "too-long"),
        ({"title": {"en": " ", "fr": "Titre"}}, "#/title/en", "invisible"),
        ({"title": {"en": "A\nB", "fr": "Titre"}}, "#/title/en", "control-character"),
        ({"body": {"en": "Only"}}, "#/body/fr", "required"),
        ({"body": {"en": "", "fr": "y"}}, "#/body/en", "too-short"),
        ({"body": {"en": "x", "fr": " \n\t "}}, "#/body/fr", "invisible"),
        ({"body": {"en": "x", "fr": "y", "iu": "z"}}, "#/body/iu", "unknown"),
        ({"body": {"en": "x" * 20001, "fr": "y"}}, "#/body/en", "too-long"),
        ({"number": 9}, "#/number", "unknown"),
        ({"published_at": "2026-09-25T20:00:00Z"}, "#/published_at", "unknown"),
    ],
)
def test_versions_that_cannot_be_published(administrator, nobody, changes, where, code):
    """I6, S2.29: equal in both languages; nothing of a refused version is to be seen."""
    before = walk(nobody, PATH, params={"versions": "all"})
    administrator.post(PATH, text(**changes)).problem(422, "validation-failed").fault(where, code)
    assert walk(nobody, PATH, params={"versions": "all"}) == before


def test_long_texts_have_room(administrator, nobody):
    long = {"en": "Twelve thousand letters. " * 480, "fr": "Douze mille caractères, é. " * 444}
    assert len(long["en"]) == 12000 and len(long["fr"]) <= 12000
    made = administrator.post(PATH, text("privacy_notice", body=long)).created()
    assert nobody.get(made.path).ok()["body"] == long


def test_the_same_request_publishes_once(administrator):
    words, key = text(), str(uuid.uuid4())
    first = administrator.post(PATH, words, idempotency_key=key).created()
    again = administrator.post(PATH, words, idempotency_key=key).created()
    assert again.content == first.content and again.path == first.path and again.headers["Idempotent-Replayed"] == "true"
    administrator.post(PATH, text(), idempotency_key=key).problem(422, "idempotency-key-reused")


def test_many_publish_at_once(server, contract, token, nobody):
    """One after the other: numbers stay whole; of equal texts one is published."""
    start = in_force(nobody, "consent")["number"]
    same = text("consent")

    def publish(number):
        body = same if number < 4 else text("consent")
        return Client(server.url, contract, token("administrator")).post(PATH, body)

    answers = at_once(8, publish)
    counted = collections.Counter(answer.status for answer in answers)
    assert counted[201] >= 5 and counted[201] + counted[409] == 8
    numbers = sorted(answer["number"] for answer in answers if answer.status == 201)
    assert numbers == list(range(start + 1, start + 1 + len(numbers)))


def test_a_version_never_changes(administrator, publish, db):
    """What was accepted stays what was read: there is no method for it, and the table refuses it as well."""
    made = publish()
    for method in ("PUT", "PATCH", "DELETE"):
        administrator.request(method, made.path, json={}, if_match="*").problem(405, "method-not-allowed")
    with pytest.raises(Exception, match="append-only"):
        db.execute("update documents set body_en = 'Something else.' where id = %s", (made["id"],))
    with pytest.raises(Exception, match="append-only"):
        db.execute("delete from documents where id = %s", (made["id"],))


# ---- reading ----


def test_each_language_has_a_tag_of_its_own(nobody, publish):
    path = publish().path
    english, french, both = (nobody.get(path, language=asked).ok() for asked in ("en", "fr", "*"))
    assert set(english["title"]) == set(english["body"]) == {"en"} and set(french["body"]) == {"fr"}
    assert both["body"] == english["body"] | french["body"]
    assert len({english.etag, french.etag, both.etag}) == 3
    nobody.get(path, language="en", if_none_match=english).not_modified()
    nobody.get(path, language="fr", if_none_match=english).ok()
    assert [set(d["title"]) for d in nobody.get(PATH, language="fr").ok().data] == [{"fr"}] * 6


def test_pages_while_somebody_publishes(nobody, publish):
    """By kind, the newest first: what is published behind the walker is met, what is before them is not met twice."""
    for kind in KINDS:
        publish(kind), publish(kind)
    before = {document["id"] for document in walk(nobody, PATH, params={"versions": "all", "limit": 100})}
    published = []

    def add():
        if len(published) < 4:
            published.append(publish(("code_of_conduct", "safety_protocol")[len(published) % 2])["id"])

    seen = [document["id"] for document in walk(nobody, PATH, between=add, params={"versions": "all", "limit": 4})]
    assert len(seen) == len(set(seen)) and before <= set(seen)
    assert set(published[1::2]) <= set(seen) and not set(published[0::2]) & set(seen)


@pytest.mark.parametrize(
    ("params", "where"),
    [
        ({"kind": "waiver"}, "kind"),
        ({"versions": "old"}, "versions"),
        ({"limit": "0"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"q": "x"}, "q"),
    ],
)
def test_questions_that_cannot_be_asked(nobody, params, where):
    nobody.get(PATH, params=params).problem(400, "bad-parameter").fault(where)


def test_cursors_that_do_not_belong(nobody):
    page = nobody.get(PATH, params={"limit": 1, "versions": "all"}).ok()
    assert "versions=all" in next_link(page)
    for params in ({}, {"versions": "current"}, {"versions": "all", "kind": "consent"}):
        refused = nobody.get(PATH, params=params | {"cursor": page["page"]["next_cursor"]})
        refused.problem(400, "bad-parameter").fault("cursor", "bad-cursor")


def test_what_is_not_there(nobody):
    nobody.get(f"{PATH}/{ABSENT}").problem(404, "not-found")
    nobody.get(f"{PATH}/code_of_conduct").problem(404, "not-found")
