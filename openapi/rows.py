# SPDX-License-Identifier: MIT
"""What follows from a row. An operation says who may call it, what it takes and what it answers:

operationId, x-roles, summary, description    tags where they are not those of the file
needs: Idempotency-Key | If-Match       a patch needs If-Match without saying so
query: {name: schema}                   with the parameter's description and example; without a schema that of members.yaml
body: Name                              optional_body: true where it may be missing
answer: Name | {media type: example}    none is 204; status where it is neither 200 nor, with a key, 201
list_of: Name                           a page of them; order: in which order
answered: text                          what the answer means, where there is more to say than that it is there
etag: false                             where the answer has none; true: a list that has one
conflict: [reason, state, taken]        why it may answer 409: codes of reasons.def, and these two
also: {status: text}, without: [status] where the rules below do not hold
example: {…}                            of the body, where it is not that of its schema

The rest is made here: security, path parameters, paging, conditions, language, every status that the walk of a request can
end with, the headers of each answer. An operation that says `responses` itself is left as it is."""

import re

from shapes import CODES
from source import fail

JSON, PATCH, PROBLEM = "application/json", "application/merge-patch+json", "application/problem+json"
COPIED = ("operationId", "x-roles", "tags", "summary", "description")
WORDS = {*COPIED, *"needs query body optional_body answer status list_of order answered etag conflict also without example".split()}
ALWAYS = {400, 405, 406, 414, 429, 431, 500, 501, 503, 504}
EVERY_ANSWER = ("X-Request-Id", "API-Version", "Vary", "Cache-Control")
PAGE = {"next_cursor": None, "has_more": False}
PROBLEMS = r'^PROBLEM\(\w+, (\d+), "([^"]+)", "([^"]+)"'
STATE = "the present state (`state`) / l'état actuel (`state`)"
TAKEN = "a value in use already (`errors`) / une valeur déjà utilisée (`errors`)"
RUNNING = "a first request with this key that still runs / une première demande portant cette clé et encore en cours"


class Rows:
    """Makes operations of rows, and answers of the entries of responses.yaml."""

    def __init__(self, component, shapes, responses, files):
        self.component, self.shapes, self.responses = component, shapes, responses
        self.reasons = {code for code, *_ in files.table("reasons.def", CODES)}
        self.problems = {slug: (int(status), title) for status, slug, title in files.table("problems.def", PROBLEMS)}

    def path(self, path, item, tags):
        known = self.shapes.members
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
            | {word: known[name][word] for word in ("description", "example") if word in known.get(name, {})}
            for name in re.findall(r"{(\w+)}", path)
        ]
        made = {"parameters": parameters} if parameters else {}
        for method, row in item.items():
            defaults = {"tags": tags, "needs": "If-Match" if method == "patch" else None}
            made[method] = row if "responses" in row else self.operation(path, method, defaults | row, f"paths{path}/{method}")
        return made

    def operation(self, path, method, row, where):
        if set(row) - WORDS:
            fail(where, f"a row does not say {', '.join(sorted(set(row) - WORDS))}")
        row["etag"] = row.get("etag", "answer" in row)
        row["conflict"] = self.conflicts(row, where)
        made = {word: row[word] for word in COPIED if word in row}
        if row["conflict"]:
            made["x-conflict"] = row["conflict"]
        if "public" in row.get("x-roles", ()):
            made["security"] = []
        made["parameters"] = [self.query(name, shape, where) for name, shape in row.get("query", {}).items()]
        made["parameters"] += [self.component("parameters", name, where) for name in self.parameters(method, row)]
        if "body" in row:
            made["requestBody"] = self.body(method, row, where)
        answers = self.answers(row, where) | {
            status: self.component("responses", self.problem(status, where), where) for status in self.statuses(path, method, row)
        }
        if 409 in answers:
            answers[409] |= {"description": self.conflict_text(row)}
        return made | {"responses": {str(status): answer for status, answer in sorted(answers.items())}}

    def query(self, name, shape, where):
        schema = dict(shape or self.shapes.members.get(name) or fail(where, f"'{name}' has no shape: not here, not in members.yaml"))
        words = {word: schema.pop(word) for word in ("description", "example") if word in schema}
        return {"name": name, "in": "query", **words, "schema": schema}

    @staticmethod
    def parameters(method, row):
        names = ["Limit", "Cursor"] if "list_of" in row else []
        names += [row["needs"]] if row["needs"] else []
        names += ["If-None-Match"] if method == "get" and row["etag"] else []
        return [*names, "Accept-Language"]

    def body(self, method, row, where):
        example = row.get("example", self.shapes.example(row["body"], where))
        media = {"schema": {"$ref": row["body"]}} | ({} if example is None else {"example": example})
        kinds = [PATCH, JSON] if method == "patch" else [JSON]
        return {"required": not row.get("optional_body", False), "content": {kind: media for kind in kinds}}

    def statuses(self, path, method, row):
        """What the walk of a request can end with, but for what it is for."""
        roles, everybody = set(row.get("x-roles", ())), set(self.shapes.whole("Role", path)["enum"])
        found = ALWAYS | ({404} if "{" in path else set()) | ({413, 415, 422} if "body" in row else set())
        found |= set() if "public" in roles else {401} if everybody <= roles else {401, 403}
        found |= {412, 428} if row["needs"] == "If-Match" else {422} if row["needs"] else set()
        found |= {409} if row["conflict"] else set()
        found |= {304} if method == "get" and row["etag"] else set()
        return (found | {int(status) for status in row.get("also", ()) if int(status) > 299}) - set(row.get("without", ()))

    def problem(self, status, where):
        names = [name for name, answer in self.responses.items() if answer["status"] == status]
        return names[0] if names else fail(where, f"responses.yaml has no {status}")

    def conflicts(self, row, where):
        """A key that was used is answered again, unless what it made can no longer be seen."""
        found = row.get("conflict", []) + ["no-longer-seen"] * (row["needs"] == "Idempotency-Key")
        unknown = set(found) - self.reasons - {"state", "taken"}
        return fail(where, f"not in reasons.def: {', '.join(sorted(unknown))}") if unknown else found

    def conflict_text(self, row):
        reasons = ", ".join(f"`{code}`" for code in row["conflict"] if code in self.reasons)
        parts = [f"`reason` {reasons} / `reason` {reasons}"] if reasons else []
        parts += [text for word, text in (("state", STATE), ("taken", TAKEN)) if word in row["conflict"]]
        parts += [RUNNING] if row["needs"] == "Idempotency-Key" else []
        english, french = zip(*(part.split(" / ") for part in parts), strict=True)
        return f"In conflict with what is recorded: {'; '.join(english)} / En conflit avec ce qui est inscrit : {'; '.join(french)}"

    def answers(self, row, where):
        """The answers that are no problem."""
        is_made = row["needs"] == "Idempotency-Key"
        headers = list(EVERY_ANSWER)
        if "list_of" in row:
            headers += ["Content-Language", "Link"] + ["ETag"] * row["etag"]
            return {200: self.answer(row, headers, self.page(row["list_of"], where), "A page / Une page")}
        if "answer" not in row:
            return {204: self.answer(row, headers, {}, "Gone / Retiré")}
        content = row["answer"]
        if isinstance(content, dict):
            content = {kind: {"schema": {"type": "string"}, "example": example} for kind, example in content.items()}
        else:
            headers.append("Content-Language")
            content = {JSON: {"schema": {"$ref": content}, "example": self.shapes.example(content, where)}}
        headers += ["ETag"] if row["etag"] else []
        status = row.get("status", 201 if is_made else 200)
        headers += ["Location"] if status == 201 else []
        text = "Made / Créé" if status == 201 else "As it is now / Dans son état actuel"
        found = {status: self.answer(row, headers + ["Idempotent-Replayed"] * is_made, content, text)}
        for other, words in row.get("also", {}).items():
            if int(other) < 300:
                found[int(other)] = self.answer({"answered": words}, headers, content, text)
        return found

    def answer(self, row, headers, content, text):
        english, french = row.get("answered", text).split(" / ")
        if "order" in row:
            english, french = (f"{words}, {order}" for words, order in zip((english, french), row["order"].split(" / "), strict=True))
        made = {"description": f"{english} / {french}"}
        made["headers"] = {name: self.component("headers", name, "responses") for name in headers}
        return made | ({"content": content} if content else {})

    def page(self, name, where):
        example = {"data": [self.shapes.example(name, where)], "page": PAGE}
        return {JSON: {"schema": {"$ref": f"{name}Page"}, "example": example}}

    def response(self, name, answer):
        """An entry of responses.yaml: {status, description, headers, problem, example} with what problems.def says."""
        if "headers" not in answer and "problem" not in answer:
            return {"description": answer["description"]}
        made = {"description": answer["description"], "headers": {}}
        for header in [*EVERY_ANSWER, *(["Content-Language"] if "problem" in answer else []), *answer.get("headers", [])]:
            made["headers"][header] = self.component("headers", header, name)
        if "problem" in answer:
            status, title = self.problems[answer["problem"]]
            if status != answer["status"]:
                fail(name, f"{answer['problem']} is a {status}")
            example = {"type": f"https://alongside.example/problems/{answer['problem']}", "title": title, "status": status}
            example |= {"instance": "urn:uuid:7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a11"} | answer.get("example", {})
            made["content"] = {PROBLEM: {"schema": {"$ref": "Problem"}, "example": example}}
        return made
