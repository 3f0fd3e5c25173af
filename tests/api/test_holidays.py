# SPDX-License-Identifier: MIT
"""The holiday table (A5.1, decision 7): everybody reads it, the administrator keeps it, always in both languages (I6)."""

import itertools
import uuid

import pytest
from steps import ABSENT, next_link, walk

PATH = "/v1/holidays"
YEARS = itertools.count(2100)
NAME = {"en": "A quiet day", "fr": "Une journée tranquille"}
OBSERVED = {
    2026: "01-01 04-03 04-06 05-18 07-01 08-03 09-07 09-30 10-12 11-11 12-25 12-28",
    2027: "01-01 03-26 03-29 05-17 07-01 08-02 09-06 09-30 10-11 11-11 12-27 12-28",
    2028: "01-03 04-14 04-17 05-22 07-03 08-07 09-04 10-02 10-09 11-13 12-25 12-26",
}


@pytest.fixture
def year():
    """A year of the test's own, far from the seeded ones."""
    return next(YEARS)


def dates(entries):
    return [entry["date"] for entry in entries]


# ---- everybody ----


@pytest.mark.parametrize("year", OBSERVED)
def test_the_federal_days_are_there(nobody, year):
    """A5.1, T9: as observed, 30 September among them; a weekend's moves to the next working day."""
    listed = nobody.get(PATH, params={"year": year}).ok()
    assert dates(listed.data) == [f"{year}-{day}" for day in OBSERVED[year].split()]
    assert all(entry["region"] is None for entry in listed.data)


def test_everybody_may_keep_them_for_a_while(nobody, coordinator):
    listed = nobody.get(PATH).ok()
    assert listed.headers["Cache-Control"].startswith("public, max-age=300")
    one = nobody.get(f"{PATH}/{listed.data[0]['id']}").ok()
    assert one.json == listed.data[0] and one.headers["Cache-Control"].startswith("public")
    nobody.get(f"{PATH}/{one['id']}", if_none_match=one).not_modified()
    nobody.get(f"{PATH}/{ABSENT}").problem(404, "not-found")
    # A token is welcome too, but an answer to one is for its holder.
    coordinator.get(PATH).ok()


def test_texts_come_in_the_language_asked_for(nobody):
    """I6, S2.29: both, or the one that is asked for; each variant has a tag of its own."""
    path = f"{PATH}/{nobody.get(PATH, params={'year': 2026}).ok().data[7]['id']}"
    english, french, both = (nobody.get(path, language=asked).ok() for asked in ("en", "fr-CA", None))
    assert english["name"] == {"en": "National Day for Truth and Reconciliation"}
    assert french["name"] == {"fr": "Journée nationale de la vérité et de la réconciliation"}
    assert both["name"] == english["name"] | french["name"]
    assert (english.headers["Content-Language"], french.headers["Content-Language"]) == ("en", "fr")
    assert len({english.etag, french.etag, both.etag}) == 3
    for asked in (english, french, both):
        assert "Accept-Language" in asked.headers["Vary"]
    nobody.get(path, language="fr", if_none_match=english).ok()


def test_pages_and_filters(nobody, administrator, year):
    for day, region in (("03-17", "NL"), ("03-17", None), ("06-24", "QC"), ("02-20", "AB"), ("12-31", None), ("01-01", None)):
        administrator.post(PATH, {"date": f"{year}-{day}", "region": region, "name": NAME}).created()
    found = walk(nobody, PATH, params={"year": year, "limit": 2})
    assert dates(found) == sorted(dates(found)) and len(found) == 6
    quebec = walk(nobody, PATH, params={"year": year, "region": "QC", "limit": 1})
    assert [(entry["date"][5:], entry["region"]) for entry in quebec] == [
        ("01-01", None), ("03-17", None), ("06-24", "QC"), ("12-31", None),
    ]  # fmt: skip
    everything = walk(nobody, PATH, params={"limit": 10})
    assert dates(everything) == sorted(dates(everything))
    page = nobody.get(PATH, params={"year": year, "limit": 1}).ok()
    assert f"year={year}" in next_link(page)
    for params in ({"year": year + 1}, {}, {"year": year, "region": "QC"}):
        refused = nobody.get(PATH, params=params | {"cursor": page["page"]["next_cursor"]})
        refused.problem(400, "bad-parameter").fault("cursor", "bad-cursor")


def test_a_year_changes_while_somebody_reads_it(nobody, administrator, year):
    for month in range(3, 11):
        administrator.post(PATH, {"date": f"{year}-{month:02d}-01", "name": NAME}).created()
    added = iter([f"{year}-01-01", f"{year}-10-15"])

    def add():
        if day := next(added, None):
            administrator.post(PATH, {"date": day, "name": NAME}).created()

    seen = dates(walk(nobody, PATH, between=add, params={"year": year, "limit": 3}))
    assert seen == [f"{year}-{month:02d}-01" for month in range(3, 11)] + [f"{year}-10-15"]


@pytest.mark.parametrize(
    ("params", "where"),
    [({"year": "next"}, "year"), ({"year": 1899}, "year"), ({"year": 3000}, "year"), ({"region": "XX"}, "region"),
     ({"region": "qc"}, "region"), ({"limit": 0}, "limit"), ({"cursor": "x"}, "cursor"), ({"month": 1}, "month")],
)  # fmt: skip
def test_questions_that_cannot_be_asked(nobody, params, where):
    nobody.get(PATH, params=params).problem(400, "bad-parameter").fault(where)


def test_single_days_take_no_parameters(nobody):
    identifier = nobody.get(PATH).ok().data[0]["id"]
    nobody.get(f"{PATH}/{identifier}", params={"year": 2026}).problem(400, "bad-parameter").fault("year", "unknown")
    nobody.get(f"{PATH}/{identifier}x").problem(404, "not-found")


# ---- the administrator ----


def test_a_day_is_added_moved_renamed_and_removed(administrator, nobody, year):
    made = administrator.post(PATH, {"date": f"{year}-05-05", "region": "YT", "name": NAME}).created()
    assert (made["date"], made["region"], made["name"]) == (f"{year}-05-05", "YT", NAME)
    assert nobody.get(made.path).ok().json == made.json
    moved = administrator.patch(made.path, {"date": f"{year}-05-06"}, if_match=made).ok()
    assert moved.json == made.json | {"date": f"{year}-05-06"}
    renamed = administrator.patch(made.path, {"name": {"fr": "Un autre jour"}}, if_match=moved).ok()
    assert renamed["name"] == NAME | {"fr": "Un autre jour"}, "the language that is not sent stays"
    national = administrator.patch(made.path, {"region": None}, if_match=renamed).ok()
    assert national["region"] is None
    administrator.delete(made.path, if_match=renamed).problem(412, "precondition-failed")
    administrator.delete(made.path).problem(428, "precondition-required")
    administrator.delete(made.path, if_match=national).no_content()
    for gone in (nobody.get(made.path), administrator.delete(made.path, if_match="*")):
        gone.problem(404, "not-found")
    administrator.patch(made.path, {"date": f"{year}-05-07"}, if_match="*").problem(404, "not-found")


def test_versions_guard_changes(administrator, year):
    made = administrator.post(PATH, {"date": f"{year}-05-05", "name": NAME}).created()
    administrator.patch(made.path, {"region": "ON"}, if_match=made).ok()
    administrator.patch(made.path, {"region": "QC"}, if_match=made).problem(412, "precondition-failed")
    administrator.patch(made.path, {"region": "QC"}).problem(428, "precondition-required")
    # The tag of another language is of the same version.
    french = administrator.get(made.path, language="fr").ok()
    administrator.patch(made.path, {"region": "QC"}, if_match=french).ok()


def test_a_date_is_taken_once_in_a_region(administrator, year):
    national = {"date": f"{year}-05-05", "name": NAME}
    first = administrator.post(PATH, national).created()
    administrator.post(PATH, national).problem(409, "conflict").fault("#/date", "taken")
    administrator.post(PATH, national | {"region": "QC"}).created()
    administrator.post(PATH, national | {"region": "QC"}).problem(409, "conflict").fault("#/date", "taken")
    second = administrator.post(PATH, national | {"date": f"{year}-05-06"}).created()
    administrator.patch(second.path, {"date": f"{year}-05-05"}, if_match=second).problem(409, "conflict").fault("#/date", "taken")
    administrator.patch(first.path, {"region": "QC"}, if_match=first).problem(409, "conflict").fault("#/date", "taken")


@pytest.mark.parametrize(
    ("body", "where", "code"),
    [
        ({"name": NAME}, "#/date", "required"),
        ({"date": "2101-02-29", "name": NAME}, "#/date", "format"),
        ({"date": "2101-13-01", "name": NAME}, "#/date", "format"),
        ({"date": "2101-05-05T00:00:00Z", "name": NAME}, "#/date", "format"),
        ({"date": "infinity", "name": NAME}, "#/date", "format"),
        ({"date": 21010505, "name": NAME}, "#/date", "type"),
        ({"date": "2101-05-05"}, "#/name", "required"),
        ({"date": "2101-05-05", "name": {"en": "A day"}}, "#/name/fr", "required"),
        ({"date": "2101-05-05", "name": {"fr": "Un jour"}}, "#/name/en", "required"),
        ({"date": "2101-05-05", "name": NAME | {"fr": ""}}, "#/name/fr", "too-short"),
        ({"date": "2101-05-05", "name": NAME | {"fr": "x" * 201}}, "#/name/fr", "too-long"),
        ({"date": "2101-05-05", "name": NAME | {"de": "Ein Tag"}}, "#/name/de", "unknown"),
        ({"date": "2101-05-05", "name": NAME | {"fr": "   "}}, "#/name/fr", "invisible"),
        ({"date": "2101-05-05", "name": NAME, "region": "XX"}, "#/region", "not-allowed"),
        ({"date": "2101-05-05", "name": NAME, "paid": True}, "#/paid", "unknown"),
    ],
)
def test_days_that_cannot_be_added(administrator, body, where, code):
    """I6: both languages or not at all."""
    administrator.post(PATH, body).problem(422, "validation-failed").fault(where, code)


def test_changes_that_cannot_be_made(administrator, year):
    made = administrator.post(PATH, {"date": f"{year}-05-05", "name": NAME}).created()
    for body, where in (
        ({"date": None}, "#/date"),
        ({"name": {"en": " "}}, "#/name/en"),
        ({"name": {}}, "#/name"),
        ({"id": ABSENT}, "#/id"),
    ):
        administrator.patch(made.path, body, if_match=made).problem(422, "validation-failed").fault(where)
    administrator.patch(made.path, {}, if_match=made).problem(422)
    for method, path in (("POST", PATH), ("PATCH", made.path)):
        administrator.request(method, path, content=b"{", content_type="application/json", if_match="*").problem(400, "bad-json")
        administrator.request(method, path, content=b"x", content_type="text/plain", if_match="*").problem(415)
    administrator.delete(made.path, if_match="*", params={"force": "true"}).problem(400, "bad-parameter").fault("force", "unknown")
    assert administrator.get(made.path).ok().json == made.json


def test_the_same_request_adds_one_day(administrator, year):
    body, key = {"date": f"{year}-05-05", "name": NAME}, str(uuid.uuid4())
    first = administrator.post(PATH, body, idempotency_key=key).created()
    again = administrator.post(PATH, body, idempotency_key=key).created()
    assert again.content == first.content and again.headers["Idempotent-Replayed"] == "true"
    administrator.post(PATH, body | {"region": "QC"}, idempotency_key=key).problem(422, "idempotency-key-reused")
    administrator.post(PATH, body, idempotency_key=None).problem(400, "idempotency-key-required")


@pytest.mark.parametrize("first_asked, then_asked", [("fr", "en"), ("en", None), (None, "fr")])
def test_a_repeated_answer_names_its_own_language(administrator, year, first_asked, then_asked):
    """The first answer comes again as it was: its Content-Language and tag are those of its body."""
    body, key = {"date": f"{year}-05-05", "name": NAME}, str(uuid.uuid4())
    first = administrator.post(PATH, body, idempotency_key=key, language=first_asked).created()
    again = administrator.post(PATH, body, idempotency_key=key, language=then_asked).created()
    assert again.content == first.content
    assert again.headers["Content-Language"] == first.headers["Content-Language"] and again.etag == first.etag
