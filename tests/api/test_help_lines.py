# SPDX-License-Identifier: MIT
"""Whom to call: first, always, without a token."""

from steps import walk

PUBLIC = (
    "/v1/help-lines",
    "/v1/code-lists",
    "/v1/holidays",
    "/v1/documents",
    "/v1/openapi.json",
    "/",
    "/documentation.js",
    "/livez",
    "/readyz",
)
CACHED = PUBLIC[:-2]


# ---- help lines ----


def test_whom_to_call(nobody):
    """S4.1, S2.1, S0.7, A6.6: the program's line at any hour, 9-8-8 by call and text, 911, and one address."""
    lines = nobody.get("/v1/help-lines").ok()
    assert [(line["number"] or line["email"], sorted(line["ways"])) for line in lines.data] == [
        ("1-844-750-1648", ["call"]),
        ("9-8-8", ["call", "text"]),
        ("911", ["call"]),
        ("SMSRCPSP-CSRISPSP@forces.gc.ca", ["email"]),
    ]
    assert all(set(line["name"]) == set(line["note"]) == {"en", "fr"} for line in lines.data)


def test_the_line_says_who_answers_at_night(nobody):
    """A1.6, R5: counsellors by day, the Employee Assistance Program by night."""
    note = nobody.get("/v1/help-lines").ok().data[0]["note"]
    assert "07:00 to 21:00 Eastern" in note["en"] and "Employee Assistance Program" in note["en"]
    assert "7 h à 21 h, heure de l'Est" in note["fr"] and "aide aux employés" in note["fr"]


def test_lines_in_one_language_and_in_pages(nobody):
    """S2.29: English and French alike."""
    french = walk(nobody, "/v1/help-lines", params={"limit": 1}, language="fr")
    assert [set(line["name"]) for line in french] == [{"fr"}] * 4
    assert [line["code"] for line in french] == [line["code"] for line in nobody.get("/v1/help-lines").ok().data]
    for params, where in (({"limit": "x"}, "limit"), ({"cursor": "x"}, "cursor"), ({"region": "QC"}, "region")):
        nobody.get("/v1/help-lines", params=params).problem(400, "bad-parameter").fault(where)


def test_the_contract_says_whom_to_call(nobody):
    """S4.1."""
    description = nobody.get("/v1/openapi.json").ok()["info"]["description"]
    assert description.count("1-844-750-1648") == 2 and description.count("9-8-8") == 2
