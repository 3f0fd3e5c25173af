# SPDX-License-Identifier: MIT
"""Steps of the journey with which many tests begin: a person, their intake, and the way to any state of it.

A step returns the answer as it is; whoever takes it says what it must be. `walk` and `open_person` insist."""

import re
import threading
import time
import uuid

from steps import ABSENT

AT_WORK = threading.RLock()
QUEBEC_COORDINATOR = "00000000-0000-4000-8000-000000000014"
DOCUMENTS = {"group": ("code_of_conduct", "consent", "confidentiality", "safety_protocol"), "activity": ("consent",)}
# Far enough for every test that does not set the clock.
MEETING = {"local_start": "2099-07-07T18:30", "timezone": "America/Toronto", "language": "en", "duration_minutes": 45}
FORM = {
    "device_ok": True,
    "meeting_willing": True,
    "services_wanted": ["informal_group", "formal_group"],
    "availability": [{"weekday": "tuesday", "part": "evening"}],
    "must_not_meet_exists": False,
}
# Nothing of this may be read by whoever else sees a screen: not the service, its number, or what it is about.
TELLING = re.compile(
    r"peer|pair\b|support|soutien|smsrc|csris|alongside|programme?\b|trauma|sexu|milita|forces|group|intake|accueil|844|9-8-8|survi|Sam\b",
    re.IGNORECASE,
)
STATES = {
    "group": (
        "received", "form_sent", "form_returned", "acknowledged", "meeting_scheduled", "meeting_done", "not_ready", "ready",
        "placed", "closed", "ineligible", "withdrawn"),
    "activity": ("received", "forms_sent", "forms_returned", "registered", "closed", "ineligible", "withdrawn"),
}  # fmt: skip


def unique(word):
    """Two words that nobody else's name has: one in common may already mean somebody."""
    letters = uuid.uuid4().hex[:14]
    return f"{word}{letters[:4]} {letters[4:]}"


def an_address(word="person"):
    return f"{word}.{uuid.uuid4().hex[:12]}@example.org"


class Person:
    """A participant whom a coordinator has opened, and the clients of both."""

    def __init__(self, client, coordinator, made, now):
        self.coordinator = coordinator
        self.id = made["id"]
        self.account = made["account_id"]
        self.language = made["preferred_language"]
        self.made = made
        self.path = f"/v1/participants/{self.id}"
        self.peer = client("peer", self.account)
        self.email = None
        self.at(now)

    def at(self, now):
        """From here on it is this moment for both; None = the present."""
        for who in (self.coordinator, self.peer):
            who.headers.pop("X-Test-Now", None)
            if now:
                who.headers["X-Test-Now"] = now
        return self

    def contact(self, who=None, **changes):
        return (who or self.peer).patch(f"{self.path}/contact", changes, if_match="*")

    def reachable(self, **changes):
        """Says by which address mail may come."""
        self.email = an_address()
        self.contact(**({"name_to_use": "Sam", "email": self.email, "ok_to_email": True, "ok_to_leave_message": False} | changes)).ok()
        return self

    def names_nobody(self):
        self.peer.put(f"{self.path}/emergency-contact", {"declined": True}, if_match="*").ok()

    def accept(self, kind, who=None):
        body = {"document_id": current_document(self.peer, kind)["id"], "language_read": self.language}
        return (who or self.peer).post(f"{self.path}/acceptances", body)

    def status(self, who=None, **kwargs):
        return (who or self.peer).get(f"{self.path}/status", **kwargs).ok()

    def to_do(self):
        """The codes of what is left to do, of the newest intake."""
        return [entry["code"] for entry in self.status()["intakes"][0]["left_to_do"]]


def open_person(client, coordinator=None, now=None, **changes):
    body = {
        "alias": unique("Maple"),
        "preferred_language": "en",
        "affiliation_kind": "caf_former",
        "age_attested": True,
        "eligibility_attested": True,
    }
    coordinator = coordinator or client("coordinator")
    headers = {"X-Test-Now": now} if now else None
    made = coordinator.post("/v1/participants", body | changes, headers=headers).created()
    return Person(client, coordinator, made, now)


def current_document(who, kind):
    (document,) = who.get("/v1/documents", params={"kind": kind}).ok().data
    return document


def publish(administrator, kind):
    """A new version of a document."""
    text = f"In force. {uuid.uuid4()}"
    body = {"kind": kind, "title": {"en": "Title", "fr": "Titre"}, "body": {"en": text, "fr": text}}
    return administrator.post("/v1/documents", body).created()


class Intake:
    """One intake of a person. Each method is one step."""

    def __init__(self, person, track="group"):
        self.person = person
        self.track = track
        self.made = person.coordinator.post("/v1/intakes", {"participant_id": person.id, "track": track}).created()
        self.id = self.made["id"]
        self.path = self.made.path

    def step(self, name, *body, who=None, method="POST"):
        return (who or self.person.coordinator).request(method, f"{self.path}/{name}", *body, if_match="*")

    def read(self, who=None):
        return (who or self.person.coordinator).get(self.path).ok()

    @property
    def state(self):
        return self.read()["state"]

    def send_form(self):
        return self.step("send-form")

    def fill(self, who=None, **changes):
        return self.step("form", changes or FORM, who=who or self.person.peer, method="PATCH")

    def submit(self, who=None):
        return self.step("form/submit", who=who or self.person.peer)

    def acknowledge(self, method="phone"):
        return self.step("acknowledge", {"method": method})

    def schedule(self, **changes):
        return self.step("meeting", MEETING | changes, method="PUT")

    def hold(self, readiness="ready"):
        return self.step("meeting/hold", {"readiness": readiness})

    def register(self):
        return self.step("register")

    def close(self, outcome="no_longer_wanted"):
        return self.step("close", {"outcome": outcome})

    def withdraw(self, who=None):
        return (who or self.person.peer).post(f"{self.path}/withdraw")

    def tell(self, method="phone"):
        return self.person.coordinator.post(f"{self.path}/updates", {"method": method})

    def return_form(self):
        """All that submission asks for, and the submission; the activity track wants the consent as well."""
        if self.person.email is None:
            self.person.reachable()
        self.person.names_nobody()
        self.accept("privacy_notice")
        self.fill().ok()
        if self.track == "activity":
            self.accept("consent")
        self.submit().ok()

    def accept(self, *kinds):
        for kind in kinds:
            answer = self.person.accept(kind)
            assert answer.status == 201 or answer.status == 409 and answer.fault("#/document_id", "taken"), answer.content

    def walk(self, state):
        """On to this state by the shortest way. `placed` comes with a seat: groups.placed()."""
        group = [
            ("form_sent", lambda: self.send_form().ok()),
            ("form_returned", self.return_form),
            ("acknowledged", lambda: self.acknowledge().ok()),
            ("meeting_scheduled", lambda: self.schedule().ok()),
            ("meeting_done", lambda: self.hold("not_discussed").ok()),
            ("ready", lambda: (self.accept(*DOCUMENTS["group"]), self.hold("ready").ok())),
        ]
        activity = [
            ("forms_sent", lambda: self.send_form().ok()),
            ("forms_returned", self.return_form),
            ("registered", lambda: self.register().ok()),
        ]
        endings = {
            "not_ready": ("meeting_scheduled", lambda: self.hold("not_yet").ok()),
            "closed": ("received", lambda: self.close().ok()),
            "ineligible": ("received", lambda: self.close("ineligible").ok()),
            "withdrawn": ("received", lambda: self.withdraw().ok()),
        }
        before, ending = endings.get(state, (state, None))
        ladder = group if self.track == "group" else activity
        reached = ["received"] + [name for name, _ in ladder]
        for name, climb in ladder[reached.index(self.state) : reached.index(before)]:
            climb()
            assert self.state == name
        if ending:
            ending()
        assert self.state == state
        return self


def open_intake(client, track="group", state="received", **changes):
    return Intake(open_person(client, **changes), track).walk(state)


def until(condition, timeout_s=20):
    """Waits for what the worker does; the condition's value, once it is true."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)
    return value


def bare(response):
    """What of an answer may differ between two requests is taken out: ids of the request, and the moment."""
    body = re.sub(rb"urn:uuid:[0-9a-f-]{36}", b"", response.content)
    headers = {k: v for k, v in response.headers.items() if k.lower() not in ("x-request-id", "date")}
    return response.status, body, headers


def as_worker(db, now, statement, *values):
    """What the worker does, at the hour of the story; None = the present. Stories that act at once share the connection."""
    with AT_WORK, db.transaction():
        db.execute("select set_config('app.role', 'worker', true), set_config('app.now', %s, true)", (now or "",))
        return db.execute(statement, values).fetchone()


def compared(db, now=None):
    """Whatever was said is compared by now (DESIGN 5b)."""
    as_worker(db, now, "select comparison_run()")


def own_case(client, person, account):
    """A coordinator says that this file is a colleague's own, and the program lead confirms it."""
    made = person.coordinator.post(f"{person.path}/exclusions", {"account_id": account, "reason": "own_case"}).created()
    client("administrator").post(f"/v1/own-cases/{made['id']}/confirm").ok()
    compared(client.db)
    return made


def talked(coordinator, declaration):
    """They have talked with whoever declared it, and only now see whom it meets: the declaration."""
    compared(coordinator.db, coordinator.headers.get("X-Test-Now"))
    return coordinator.post(f"{declaration.path}/conversation").ok()


def tells_nothing(mail, server, person, *secrets):
    """R3: a message in which a stranger finds neither who it is for nor what it is about."""
    told = mail.raw.decode() + mail.text
    for chance in (person.email, mail.parsed["Message-ID"], server.url):  # digits of chance may spell a telling number
        told = told.replace(chance, "")
    assert not TELLING.search(told), TELLING.search(told)
    for secret in (person.id, person.account, person.made["alias"], *secrets):
        assert secret not in told


def is_hidden(who, method, path, body=None):
    """For this caller the object does not exist: the answer is byte for byte that of an id which never was."""

    def ask(where):
        kwargs = {} if body is None else {"json": body}
        return who.request(method, where, if_match="*", **kwargs).problem(404, "not-found")

    assert bare(ask(path)) == bare(ask(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", ABSENT, path))), f"{method} {path}"


def tables_with(db, text):
    """The tables in which this stands in the open."""
    tables = db.execute(
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'alongside' and c.relkind in ('r', 'p')"
    ).fetchall()
    has = "select exists (select from {} t where position(lower(%s) in lower(t::text)) > 0)"
    return [name for (name,) in tables if db.execute(has.format(name), (text,)).fetchone()[0]]
