# SPDX-License-Identifier: MIT
"""The words of all codes, in both languages."""

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


def enumerations(node, where=""):
    """Every enumeration of texts in a schema or parameter, and where it stands."""
    if isinstance(node, dict):
        values = node.get("enum")
        if isinstance(values, list) and len(values) > 1:
            yield where, {value for value in values if isinstance(value, str)}
        for name, part in node.items():
            yield from enumerations(part, f"{where}/{name}")
    elif isinstance(node, list):
        for number, part in enumerate(node):
            yield from enumerations(part, f"{where}/{number}")


def test_every_code_has_words_in_both_languages(nobody, contract):
    """S2.29, I6: a front end needs no table of its own for any enumeration of the contract."""
    lists = {entry["list"]: entry["codes"] for entry in nobody.get("/v1/code-lists").ok().data}
    for name, codes in lists.items():
        assert all(code["label"]["en"] and code["label"]["fr"] for code in codes), name
        assert len({code["code"] for code in codes}) == len(codes)
    known = [{code["code"] for code in codes} for codes in lists.values()]
    # `versions` asks the API something; it is not a fact about anybody. Of reasons and faults the answers say the words.
    without = ("DocumentVersions", "ConflictReason", "FaultCode")
    schemas = {name: schema for name, schema in contract.document["components"]["schemas"].items() if name not in without}
    missing = [(where, values) for where, values in enumerations(schemas) if not any(values <= codes for codes in known)]
    assert not missing


def test_codes_in_one_language(nobody):
    lists = nobody.get("/v1/code-lists", language="fr").ok()
    assert lists.headers["Content-Language"] == "fr"
    assert all(set(code["label"]) == {"fr"} for entry in lists.data for code in entry["codes"])
    nobody.get("/v1/code-lists", params={"list": "language"}).problem(400, "bad-parameter").fault("list", "unknown")
