# SPDX-License-Identifier: MIT
"""What an answer tells, in every way in which an answer can tell something, and walks that listen to all answers of a role."""

import base64
import json
import re
import unicodedata
from urllib.parse import unquote

from steps import ABSENT, NUMBERS
from steps.journey import an_address, bare, unique

TOKEN = re.compile(r"[A-Za-z0-9_+/-]{16,}")
# The request's own id stands in these.
OF_THE_REQUEST = ("x-request-id", "date")


def plain(text):
    return unicodedata.normalize("NFC", text).lower()


def told(response):
    """Everything this answer says: headers and body; unescaped, unfolded, unquoted, and what may stand inside of opaque words."""
    head = "\n".join(f"{name}: {value}" for name, value in response.headers.items() if name not in OF_THE_REQUEST)
    body = response.content.decode(errors="replace")
    texts = [head, body, unquote(head), unquote(body), body.replace("\r\n ", "")]
    if "json" in response.headers.get("Content-Type", "") and body:
        texts.append(json.dumps(json.loads(body), ensure_ascii=False))
    for word in TOKEN.findall(head + "\n" + body):
        opened = base64.urlsafe_b64decode(word.replace("+", "-").replace("/", "_") + "=" * (-len(word) % 4)) if len(word) % 4 != 1 else b""
        texts += [opened.decode(errors="replace"), opened.hex()]
    return plain("\n".join(texts))


def spellings(value):
    """A value as it could stand somewhere: an id with and without dashes, a number without its spaces."""
    value = plain(value)
    return {value, value.replace("-", "")} if re.fullmatch(r"[0-9a-f-]{36}", value) else {value, re.sub(r"[ +]", "", value)}


def leaks(response, secrets):
    """The names of those secrets {name: value} that the answer tells."""
    said = told(response)
    return [name for name, value in secrets.items() if any(spelling in said for spelling in spellings(value))]


def mark(person, word):
    """Gives this person words that nobody else has, everywhere where words are kept; person.marks are these and their ids."""
    number = f"+1 506 555 {next(NUMBERS):04d}"
    name, email, contact, phone = unique(word), an_address(), unique("Kin"), f"+1 709 555 {next(NUMBERS):04d}"
    person.reachable(name_to_use=name, email=email, phone=number)
    emergency = {"declined": False, "name": contact, "phone": phone, "relation": "friend", "may_know_program": False}
    person.peer.put(f"{person.path}/emergency-contact", emergency, if_match="*").ok()
    place = unique("At")
    person.peer.put(f"{person.path}/safety-plan", {"current_place_method": place, "consent_to_checkin": True}, if_match="*").ok()
    intakes = [intake["id"] for intake in person.coordinator.get("/v1/intakes", params={"participant_id": person.id}).ok().data]
    person.name = name
    person.marks = {"alias": person.made["alias"], "name": name, "email": email, "phone": number, "participant": person.id}
    person.marks |= {"account": person.account, "kin": contact, "kin's phone": phone, "place": place}
    person.marks |= {f"intake {n}": intake for n, intake in enumerate(intakes)}
    return person


def marks_of_staff(host):
    return {"account": host.id, "name": host.made["name"], "alias": host.made["alias"], "email": host.made["email"]}


def without(marks, *names):
    return {name: value for name, value in marks.items() if name not in names}


def secrets_of(**marks):
    """who=marks, …: {"who's name": value}."""
    return {f"{who}'s {name}": value for who, named in marks.items() for name, value in named.items()}


def path_of(operation, ids):
    path = operation.path
    for name in operation.ids:
        path = path.replace("{" + name + "}", ids[name])
    return path


class Walk:
    """One account, which calls every operation of its role on its own objects, rightly and wrongly, and keeps its ears open."""

    def __init__(self, who, role, contract, secrets, **ids):
        self.who, self.role, self.contract, self.secrets, self.ids = who, role, contract, secrets, ids
        self.walked = set()

    def listen(self, operation, answer, allowed):
        found = [name for name in leaks(answer, self.secrets) if name not in allowed]
        assert not found, f"{operation.id} {answer.status} tells {self.role} {found}: {answer.content[:2000]!r} {answer.headers}"
        return answer

    def __call__(self, name, body=None, allowed=(), **ids):
        """The answer of an operation that succeeds, after those of requests that cannot; `allowed` are secrets it may tell."""
        operation = self.contract.by_id[name]
        path = path_of(operation, self.ids | ids)
        right = {} if body is None else {"json": body}
        match = {"if_match": "*"} if operation.needs_match else {}

        def ask(where=path, **changes):
            answer = self.who.request(operation.method, where, **(right | match | changes))
            return self.listen(operation, answer, allowed)

        ask(f"{path}?nonsense=1").problem(400)
        if operation.ids:
            ask(path_of(operation, dict.fromkeys(operation.ids, ABSENT))).problem(404)
        if body is not None:
            ask(json={"nonsense": 1}).problem(422)
        if operation.needs_match:
            ask(if_match='"999.both"').problem(412)
        if operation.method == "GET":
            for language in ("en", "fr"):
                ask(language=language).ok()
        answer = ask()
        assert 200 <= answer.status < 300, f"{name}: {answer.status} {answer.content!r}"
        if operation.method == "GET" and answer.etag:
            ask(if_none_match=answer).not_modified()
        elif operation.method == "GET" and isinstance(answer.json, dict) and "page" in answer.json:
            ask(params={"limit": 1}).ok()
        elif operation.needs_match:
            ask()  # once more: mostly a conflict with what is recorded
        self.walked.add(name)
        return answer

    def read_everything(self, allowed=None, but=()):
        """Every GET of the role that has not been walked yet; allowed: {operation: secrets it may tell}."""
        for operation in self.contract.operations:
            if operation.method == "GET" and self.role in operation.roles and operation.id not in {*self.walked, *but}:
                self(operation.id, allowed=(allowed or {}).get(operation.id, ()))

    def assert_complete(self):
        missing = {o.id for o in self.contract.operations if self.role in o.roles} - self.walked
        assert not missing, f"never walked as {self.role}: {sorted(missing)}"


def picture(who, role, contract, ids, but=()):
    """What every GET of this role answers, byte for byte with its headers; of the audit what others did."""
    seen = {}
    for operation in contract.operations:
        if operation.method == "GET" and role in operation.roles and operation.id not in but:
            for language in (None, "en", "fr"):
                answer = who.get(path_of(operation, ids), language=language).ok()
                seen[operation.id, language] = bare(answer)
                if operation.id == "participants_audit_events":
                    seen[operation.id, language] = [entry for entry in answer.data if not entry["is_you"]]
    return seen


def differences(before, after):
    return [name for name in before if before[name] != after[name]]
