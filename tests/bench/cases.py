# SPDX-License-Identifier: MIT
"""The operations that are measured, and what pgbench runs instead of each: the server's own statements, or one written by hand."""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "sql")]

import page  # noqa: E402
from harness.tokens import ISSUER, claims  # noqa: E402

COORDINATOR = "00000000-0000-4000-8000-000000000004"
PARTICIPANTS, ACCOUNTS, SEATS, CHATS = (f"{kind}-0000-4000-8000-" for kind in ("0000000b", "0000000a", "00000010", "00000018"))
COLLEAGUES = "00000017-0000-4000-8000-"
BASE = 100000000000  # the last part of an id is this and a number
OF_FIVE = BASE - 5  # the same for those who have a seat in five cohorts
OF_CHATS = BASE - 10  # of those who take places, and have nothing else
PEERS = 1000  # fewer than tokens are remembered
# No account is asked to do more at a time than it may: four for each connection, since who asks is drawn as well.
COORDINATORS = 128
STATEMENTS = ROOT / "sql" / "statements"
BY_HAND = Path(__file__).with_name("by_hand")


def accounts(count):
    """Who asks for whom, by role: a thousand of the peers, and coordinators of whom each may ask for everybody; for what is public, one."""
    steps = range(count // PEERS, count + 1, count // PEERS)
    return {
        ("coordinator", BASE): [COORDINATOR, *(f"{COLLEAGUES}{BASE + n}" for n in range(1, COORDINATORS))],
        ("public", BASE): [COORDINATOR],
        ("peer", BASE): [f"{ACCOUNTS}{BASE + n}" for n in steps],
        ("peer", OF_CHATS): [f"{ACCOUNTS}{OF_CHATS + n}" for n in steps],
        ("peer", OF_FIVE): [f"{ACCOUNTS}{OF_FIVE + n}" for n in steps],
    }


def tokens_of(key, count):
    return {who: [key.sign(claims(account, who[0])) for account in those] for who, those in accounts(count).items()}


def statement(operation):
    """What PostgreSQL is given, and the keyset before a list's first row."""
    file = next(f for f in STATEMENTS.glob("*/*.sql") if operation in (f"{f.parent.name}_{f.stem}", f"{f.parent.name}/{f.stem}"))
    text, after = page.statement(file)
    return re.sub(r"--[^\n]*", "", text).strip().rstrip(";"), after


class Case:
    """One operation, asked for objects drawn at random (or each once, in turn), by a coordinator or by the peers it is about; in turn,
    `shared` of them ask for the same object."""

    tag = ""  # of what is asked again, for If-None-Match

    def __init__(
        self, name, operation, method, path, aims, by_hand, body=None, query=None, ids="", draw="random", role="coordinator", base=BASE,
        is_asked_again=False, shared=1,
    ):  # fmt: skip
        self.name, self.operation, self.method, self.path, self.aims, self.by_hand = name, operation, method, path, aims, by_hand
        self.body, self.query, self.ids, self.draw, self.role = body, query or {}, ids, draw, role
        self.base, self.is_asked_again, self.shared = base, is_asked_again, shared
        self.who = (role, base)
        self.objects = BASE if draw == "turn" else base

    @property
    def status(self):
        return 304 if self.tag else 200

    def headers(self, token):
        changes = {"If-Match": "*", "Content-Type": "application/merge-patch+json"} if self.method != "GET" else {}
        return {"Authorization": f"Bearer {token}"} | changes | ({"If-None-Match": self.tag} if self.tag else {})

    def answered(self, headers):
        """The next one is asked as somebody asks who has this answer."""
        if self.is_asked_again:
            self.tag = headers["ETag"]

    def path_to(self, n):
        # Not in a cursor, which may spell anything.
        return self.path.replace("ID", f"{self.ids}{self.objects + (n - 1) // self.shared + 1}") if self.ids else self.path

    def draw_line(self, count):
        highest, step = (PEERS, count // PEERS) if self.role == "peer" else (count, 1)
        return f"\\set step {step}\n\\set n {self.base} + :step * random(1, {highest})\n"

    def own_script(self, count):
        """The pipeline of one request, as pgbench runs it."""
        context, _ = statement("kernel/context")
        turn = "nextval('bench.turn')"
        drawn = ":n" if self.draw == "random" else f"({BASE} + {turn})"
        subject = {"peer": "(:peer || :n)", "public": "null"}.get(self.role, ":subject")
        if self.role == "peer" and self.draw == "turn":
            subject = f"(:peer || {self.base} + :step * (1 + ({turn} - 1) % {PEERS}))"
            drawn = f"({BASE} + 1 + (currval('bench.turn') - 1) / {self.shared})"
        issuer = "null" if self.role == "public" else ":issuer"
        for number, value in enumerate((issuer, subject, ":role", ":language", ":request_id", "null", ":operation"), 1):
            context = re.sub(rf"\${number}\b", value, context)
        main, _ = statement(self.operation)
        path_id = f"('{self.ids}' || {drawn})" if self.ids else "null::text"
        body = "null::jsonb" if self.body is None else "(:body)::jsonb"
        values = (path_id, "null::text", "(:query)::jsonb", body, "null::int[]", "null::jsonb")
        for number, value in enumerate(values, 1):
            main = re.sub(rf"\${number}\b", lambda _, value=value: value, main)
        return f"{self.draw_line(count)}\\startpipeline\n{context};\n{main};\n\\endpipeline\n"

    def hand_script(self, count):
        """One statement that does what the request does."""
        return self.draw_line(count) + re.sub(r"--[^\n]*\n", "", (BY_HAND / self.by_hand).read_text())

    def variables(self):
        """What the server sends as parameters is a parameter here too."""
        given = {
            "issuer": ISSUER,
            "subject": COORDINATOR,
            "peer": ACCOUNTS,
            "ids": self.ids,
            "role": self.role,
            "language": "both",
            "request_id": COORDINATOR,
            "operation": self.operation,
            "query": json.dumps({"limit": 25, "after": statement(self.operation)[1]} | self.query),
            "body": json.dumps(self.body),
        }
        return {name: value for name, value in given.items() if value}  # pgbench knows no empty one

    def settings(self):
        """The lane's: reads do not wait for the disk that takes their audit row."""
        return "-c jit=off -c plan_cache_mode=force_generic_plan -c synchronous_commit=" + ("off" if self.method == "GET" else "on")


# Aims: ratio to the same statements and to the one by hand, µs of the server and of PostgreSQL.
READ = Case("read", "participants_read", "GET", "/v1/participants/ID", (0.5, 0.5, 75, None), "read.sql", ids=PARTICIPANTS)
LIST = Case("list", "referrals_list", "GET", "/v1/referrals", (0.6, 0.55, None, None), "list.sql")
# From which nothing follows: the waiting list does not show them, as it does a language.
ZONE = {"timezone": "America/Halifax"}
WRITE = Case("write", "participants_update", "PATCH", READ.path, (0.5, 0.55, None, None), "write.sql", ZONE, ids=PARTICIPANTS)
HOME = Case("home of a peer", "homes_read", "GET", f"{READ.path}/home", (0.5, None, None, 450), "home.sql", ids=PARTICIPANTS, role="peer")
WAITING = Case("waiting list", "waiting_people_list", "GET", "/v1/waiting-people", (0.6, None, None, 1200), "waiting_list.sql")
ACCEPT = Case(
    "accept", "enrolments_accept", "POST", "/v1/enrolments/ID/accept", (0.5, 0.5, None, None), "accept.sql", ids=SEATS, draw="turn"
)
TAKE = Case(
    "take a place", "places_replace", "PUT", "/v1/sessions/ID/place", (0.5, 0.5, None, None), "take.sql", ids=CHATS, draw="turn",
    role="peer", base=OF_CHATS, shared=8)  # fmt: skip
HOME_OF_FIVE = Case(
    "home of a peer with five cohorts", "homes_read", "GET", HOME.path, (0.5, None, None, None), "home.sql", ids=PARTICIPANTS, role="peer",
    base=OF_FIVE)  # fmt: skip
OFFERED = Case(
    "public list", "public_activities_list", "GET", "/v1/public-activities", (0.6, None, None, None), "public_activities.sql", role="public")  # fmt: skip
OFFERED_AGAIN = Case(
    "public list, unchanged", OFFERED.operation, "GET", OFFERED.path, OFFERED.aims, OFFERED.by_hand, role="public", is_asked_again=True)  # fmt: skip
# Asked for every few seconds by everybody of the staff.
UNREAD = {"state": "unread"}
NOTICES = Case("notices", "notices_list", "GET", "/v1/notices?state=unread", (0.6, None, None, None), "notices.sql", query=UNREAD)
EVERYDAY = [READ, LIST, WRITE, HOME, HOME_OF_FIVE, OFFERED]
# What the peer programs can do as well.
OF_PEERS = [READ, LIST, WRITE]
