# SPDX-License-Identifier: MIT
"""A6.6: an alarm cannot be lost. Workers die, PostgreSQL and the mail server go away, clocks and rows are wrong: whoever is on call is
still called, once for each step."""

import contextlib
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from harness.cluster import with_template
from harness.server import PATIENCE
from steps.alarms import Watch, acknowledge, notices
from steps.duty import OnCall, shift
from steps.journey import open_person, until

CALLED_S = 15 * PATIENCE
# The rungs of a severity 4, in seconds after it: 0.15 and 0.3 of fifteen minutes.
BACK_UP, LEAD = 135, 270


@pytest.fixture(scope="module")
def cluster(binary):
    """One of these tests' own: it is stopped in the middle, and its roles are locked out."""
    made = with_template(binary)
    yield made
    made.destroy()


@pytest.fixture
def program(cluster, start_server, make_client, mailbox):
    made = Program(cluster, start_server, make_client, mailbox)
    yield made
    made.finish()


def ago(seconds):
    return (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Program:
    """A database in which nobody is on call yet, a process that serves it without a worker, and workers that come and go."""

    def __init__(self, cluster, start_server, make_client, mailbox):
        self.cluster, self.start_server, self.make_client, self.mailbox = cluster, start_server, make_client, mailbox
        cluster.ensure_running()
        mailbox.clear()
        self.database = cluster.create_database()
        self.server = start_server(database=self.database)
        self.db = self.connect()
        self.db.execute("delete from duty_covers; delete from duty_swaps; delete from duty_shifts")
        # What the demo has left behind is nobody's tonight.
        Watch(self.db).round(ago(0))
        self.db.execute("update alarms set next_at = 'infinity' where state = 'open'")
        self.db.execute("update outbox set state = 'cancelled', reason = 'told' where state = 'queued'")
        self.lead = self.client("administrator")
        self.coordinator = self.client("coordinator")

    def connect(self):
        options = "-c search_path=alongside,pg_catalog"
        return psycopg.connect(self.cluster.url(self.database), autocommit=True, options=options)

    def finish(self):
        self.cluster.ensure_running()
        self.mailbox.clear()
        with contextlib.suppress(psycopg.Error):
            self.db.close()

    def client(self, role=None, account=None, **more):
        return self.make_client(self.server, role, account, **more)

    def worker(self, **settings):
        """One more process, with a worker."""
        made = self.start_server(database=self.database, worker=True, **({"smtp_url": self.mailbox.url} | settings))
        made.may_die = True
        return made

    def on_call(self, step="duty", alias="Anna"):
        """Somebody who is on call since an hour ago."""
        self.lead.headers["X-Test-Now"] = ago(7200)
        who = OnCall(self.client, self.lead, alias=alias)
        toronto = datetime.now(ZoneInfo("America/Toronto"))
        start, end = ((toronto + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M") for hours in (-1, 9))
        shift(self.lead, who.id, start, end, step=step).created()
        for account in (self.lead, who.client):
            account.headers.pop("X-Test-Now")
        who.email = who.made["email"]
        return who

    def incident(self, seconds=0, **more):
        """A severity 4 that was recorded so many seconds ago."""
        return self.coordinator.post("/v1/incidents", {"kind": "distress", "severity": 4} | more, now=ago(seconds)).created()

    def seconds_pass(self, incident, seconds):
        """What is known of it is that much older, at once: a worker that looked in between would raise it again."""
        span = timedelta(seconds=seconds)
        with self.db.transaction():
            self.db.execute("set local session_replication_role = replica")
            for table, key, columns in (
                ("incidents", "id", ("created_at", "acknowledge_due", "follow_up_due")),
                ("alarms", "object_id", ("created_at", "due_at", "round_at", "next_at")),
            ):
                changes = ", ".join(f"{column} = {column} - %(span)s" for column in columns)
                self.db.execute(f"update {table} set {changes} where {key} = %(id)s", {"span": span, "id": incident["id"]})
            actions = "update alarm_actions set at = at - %s where alarm_id in (select id from alarms where object_id = %s)"
            self.db.execute(actions, (span, incident["id"]))

    def leases_end(self):
        """What a worker that was killed had in its hands may leave again, and soon."""
        # PostgreSQL ends the last statement of a client that is gone.
        at_work = "select 1 from pg_stat_activity where usename = 'alongside_worker' and datname = current_database()"
        until(lambda: not self.db.execute(at_work).fetchone())
        long = "select from outbox where kind = 'notice_now' and lease_until > now() + interval '1 minute'"
        assert self.db.execute(long).fetchall() == []
        self.db.execute("update outbox set lease_until = now() - interval '1 second' where state = 'sending'")

    def calls(self, incident):
        """[(step, rung)] in their order."""
        rows = self.db.execute(
            "select c.step, c.rung from alarm_actions c join alarms a on a.id = c.alarm_id"
            " where a.object_id = %s and c.action = 'called' order by c.id", (incident["id"],))  # fmt: skip
        return rows.fetchall()

    def told(self, who, incident):
        """The steps in which somebody was told of it."""
        rows = self.db.execute(
            "select n.step from notices n join alarms a on a.id = n.alarm_id"
            " where a.object_id = %s and n.account_id = %s order by n.step", (incident["id"], getattr(who, "id", who)))  # fmt: skip
        return [step for (step,) in rows]

    def until_called(self, incident, *rungs):
        """It has come so far up the ladder, each rung once."""
        wanted = list(enumerate(rungs, 1))
        until(lambda: len(self.calls(incident)) >= len(wanted), CALLED_S)
        assert self.calls(incident) == wanted
        return self

    def mail_of(self, who):
        return len([message for message in self.mailbox.messages if who.email in message.recipients])

    def poison(self, table, verb, condition):
        """Nothing that is done to these rows ends well."""
        self.db.execute("create function tests_poison() returns trigger language plpgsql as $$ begin raise division_by_zero; end $$")
        before = f"create trigger aa_poison before {verb} on {table} for each row"
        self.db.execute(f"{before} when ({condition}) execute function tests_poison()")

    def cure(self):
        self.db.execute("drop function tests_poison cascade; update job_faults set retry_at = now()")


def set_aside(server):
    return {(line["job"], line["id"], line["sqlstate"]) for line in server.log_lines() if line["msg"] == "a job has set a row aside"}


# ---- workers that die ----


def test_a_worker_is_killed_between_duty_and_back_up(program):
    """A6.6: the next one goes on where it was; nobody is called twice for a step, and the mail to each leaves."""
    anna, ben = program.on_call(), program.on_call("back_up", alias="Ben")
    first = program.worker()
    incident = program.incident()
    program.until_called(incident, "duty")
    first.kill()
    program.leases_end()
    program.seconds_pass(incident, BACK_UP)
    program.worker()
    program.until_called(incident, "duty", "back_up")
    for who in (anna, ben):
        program.mailbox.wait_for(who.email)
    assert (program.told(anna, incident), program.told(ben, incident)) == ([1], [2])
    acknowledge(ben.client, notices(ben.client, "severe_incident")[0]).ok()
    program.seconds_pass(incident, LEAD)
    time.sleep(1)
    program.until_called(incident, "duty", "back_up")


def test_workers_that_are_killed_at_any_moment_call_each_rung_once(program):
    """However often: what was called is there with its notice and its mail, or not at all."""
    anna, ben = program.on_call(), program.on_call("back_up", alias="Ben")
    incidents = [program.incident(BACK_UP - 1) for _ in range(40)]
    for milliseconds in (0, 30, 90, 200):
        worker = program.worker()
        time.sleep(milliseconds / 1000)
        worker.kill()
    program.worker()
    for incident in incidents:
        program.until_called(incident, "duty", "back_up")
        assert (program.told(anna, incident), program.told(ben, incident)) == ([1], [2])
    lost = "select count(*) from notices n where n.urgency = 'now' and not exists (select from outbox o where o.notice_id = n.id)"
    assert program.db.execute(lost).fetchone() == (0,)


def test_a_worker_is_killed_between_a_notice_and_its_mail(program):
    """The mail was put in with the notice: whoever comes next sends it."""
    anna = program.on_call()
    first = program.worker(smtp_url="")
    incident = program.incident()
    program.until_called(incident, "duty")
    first.kill()
    assert program.mail_of(anna) == 0
    program.worker()
    program.mailbox.wait_for(anna.email)
    program.until_called(incident, "duty")


def test_a_worker_is_killed_while_it_hands_over_mail(program):
    """At least once: it may have left, so when its lease is over it leaves again, as a copy of the same."""
    anna = program.on_call()
    first = program.worker()
    with program.mailbox.held() as handed_over:
        incident = program.incident()
        handed_over()
        first.kill()
    program.leases_end()
    before = program.mail_of(anna)
    program.worker()
    sent = program.mailbox.wait_for(anna.email, count=before + 1)
    assert len({message.parsed["Message-ID"] for message in sent}) == 1
    assert program.told(anna, incident) == [1]


def test_a_worker_that_was_away_for_longer_than_the_clock(program):
    """All that was due is done at once and in its order; what is overdue goes on being called."""
    anna, ben = program.on_call(), program.on_call("back_up", alias="Ben")
    incident = program.incident(20 * 60)
    program.worker()
    program.until_called(incident, "duty", "back_up", "lead")
    assert (program.told(anna, incident), program.told(ben, incident)) == ([1], [2])
    assert program.told(program.lead.account, incident) == [3]
    (entry,) = [n for n in notices(anna.client, "severe_incident") if n["about"]["id"] == incident["id"]]
    alarm = anna.client.get(f"/v1/alarms/{entry['alarm']['id']}").ok()
    assert alarm["is_overdue"] and alarm["state"] == "open"
    # Whoever is kept from the person would have their turn first.
    place = "select place = 4 from alarms where object_id = %s"
    program.seconds_pass(incident, 4 * 60)
    until(lambda: program.db.execute(place, (incident["id"],)).fetchone()[0])
    program.seconds_pass(incident, 8 * 60)
    program.until_called(incident, "duty", "back_up", "lead", "duty")


def test_two_workers_call_each_rung_once(program):
    """Processes share nothing but the database."""
    anna, ben = program.on_call(), program.on_call("back_up", alias="Ben")
    for _ in range(2):
        program.worker()
    incidents = [program.incident(BACK_UP - 2) for _ in range(15)]
    for incident in incidents:
        program.until_called(incident, "duty", "back_up")
        assert (program.told(anna, incident), program.told(ben, incident)) == ([1], [2])
    program.mailbox.wait_for(anna.email, count=len(incidents))
    time.sleep(1)
    assert program.mail_of(anna) == len(incidents)


def test_a_step_that_is_climbed_again_tells_nobody_twice(program):
    """Whatever is known of the alarm was put back: who has been told of the step has been told."""
    anna = program.on_call()
    worker = program.worker()
    incident = program.incident()
    program.until_called(incident, "duty")
    program.mailbox.wait_for(anna.email)
    program.db.execute("update alarms set place = 0, step = 0, next_at = now() where object_id = %s", (incident["id"],))
    until(lambda: program.calls(incident) == [(1, "duty")] * 2)
    time.sleep(0.5)
    assert program.told(anna, incident) == [1] and program.mail_of(anna) == 1
    assert set_aside(worker) == set()


# ---- PostgreSQL ----


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgresql_restarts_in_the_middle(program, mode):
    """What was called stays called; the rest is called when it is back."""
    anna, ben = program.on_call(), program.on_call("back_up", alias="Ben")
    program.worker()
    incident = program.incident()
    program.until_called(incident, "duty")
    program.cluster.stop(mode)
    time.sleep(0.5)
    program.cluster.start()
    program.db.close()
    program.db = program.connect()
    program.seconds_pass(incident, BACK_UP)
    program.until_called(incident, "duty", "back_up")
    for who in (anna, ben):
        program.mailbox.wait_for(who.email)
    assert (program.told(anna, incident), program.told(ben, incident)) == ([1], [2])


def test_an_incident_is_recorded_while_the_worker_is_locked_out(program):
    """Who records it is not held up; who is on call is called when the worker is let in again."""
    anna = program.on_call()
    worker = program.worker()
    until(lambda: program.db.execute("select 1 from pg_stat_activity where usename = 'alongside_worker'").fetchone())
    program.db.execute("alter role alongside_worker nologin")
    try:
        program.db.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'alongside_worker'")
        incident = program.incident()
        until(lambda: "worker has no database" in worker.log_text())
        assert program.calls(incident) == []
    finally:
        program.db.execute("alter role alongside_worker login")
    program.until_called(incident, "duty")
    program.mailbox.wait_for(anna.email)


@pytest.mark.parametrize("table", ["alarms", "notices", "outbox"])
def test_a_locked_table_holds_up_no_incident(program, table):
    """What the worker writes is not what the host writes."""
    anna = program.on_call()
    program.worker()
    with program.connect() as other, other.transaction():
        other.execute(f"lock table {table} in access exclusive mode")
        began = time.monotonic()
        incident = program.incident()
        assert time.monotonic() - began < PATIENCE
        time.sleep(1)
    program.until_called(incident, "duty")
    program.mailbox.wait_for(anna.email)


def test_an_alarm_that_somebody_holds_stops_no_other(program):
    """Two at a time: one row is locked, the other one climbs."""
    program.on_call()
    program.on_call("back_up", alias="Ben")
    program.worker()
    held, free = program.incident(), program.incident()
    for incident in (held, free):
        program.until_called(incident, "duty")
    with program.connect() as other, other.transaction():
        other.execute("select from alarms where object_id = %s for update", (held["id"],))
        program.seconds_pass(free, BACK_UP)
        program.until_called(free, "duty", "back_up")
        assert program.calls(held) == [(1, "duty")]


# ---- mail ----


def test_an_urgent_notice_leaves_before_a_hundred_others(program):
    """The mail server was away for a while: what cannot wait is first when it is back."""
    anna = program.on_call()
    person = open_person(program.client).reachable()
    program.db.execute(
        "insert into outbox (kind, participant_id, due_at, created_at, changed_at)"
        " select 'status_update', %s, now(), now(), now() from generate_series(1, 100)", (person.id,))  # fmt: skip
    program.mailbox.recipient_answer = "421 4.3.2 closing"
    program.worker()
    program.mailbox.wait_for_refusal()
    incident = program.incident()
    program.until_called(incident, "duty")
    program.mailbox.recipient_answer = None
    program.mailbox.wait_for(anna.email, timeout_s=CALLED_S)
    assert len(program.mailbox.messages) <= 2


def test_an_urgent_notice_that_met_no_mail_server_is_tried_again_soon(program):
    """Its clock goes on meanwhile: a minute is long."""
    anna = program.on_call()
    program.mailbox.recipient_answer = "421 4.3.2 closing"
    program.worker()
    incident = program.incident()
    program.until_called(incident, "duty")
    postponed = "select 1 from outbox where kind = 'notice_now' and state = 'queued' and due_at > now() + interval '2 seconds'"
    until(lambda: program.db.execute(postponed).fetchone())
    program.mailbox.recipient_answer = None
    program.mailbox.wait_for(anna.email, timeout_s=CALLED_S)
    assert program.told(anna, incident) == [1]


# ---- rows that cannot be handled ----


def test_a_ladder_without_rungs_stops_no_other(program):
    """Reference data that somebody has taken away: told as an event, and the rest goes on."""
    anna = program.on_call()
    program.db.execute("delete from notice_rungs where kind = 'severe_incident'")
    broken = program.incident(seconds=1, severity=3)
    worker = program.worker()
    until(lambda: set_aside(worker), CALLED_S)
    (alarm,) = program.db.execute("select id::text from alarms where object_id = %s", (broken["id"],)).fetchone()
    assert ("alarms", alarm) in {(job, row) for job, row, _ in set_aside(worker)}
    lesser = program.incident(severity=2)
    program.db.execute("update notice_rungs set share = 0 where kind = 'incident'")
    until(lambda: program.calls(lesser), CALLED_S)
    # Mended, and its time has come.
    program.db.execute("insert into notice_rungs values ('severe_incident', 1, 'duty', 0); update job_faults set retry_at = now()")
    program.until_called(broken, "duty")
    assert 1 in program.told(anna, broken)


def test_an_alarm_that_cannot_climb_stops_no_other(program):
    program.on_call()
    program.poison("alarms", "update", "old.kind = 'severe_incident' and old.due_at > now() + interval '14 minutes'")
    worker = program.worker()
    broken = program.incident()
    good = program.incident(70)
    program.until_called(good, "duty")
    until(lambda: set_aside(worker))
    assert program.calls(broken) == []
    program.cure()
    program.until_called(broken, "duty")
    until(lambda: program.db.execute("select count(*) from job_faults").fetchone() == (0,))


def test_an_alarm_that_cannot_be_raised_stops_no_other(program):
    program.on_call()
    program.poison("alarms", "insert", "new.due_at > now() + interval '14 minutes'")
    worker = program.worker()
    broken, good = program.incident(), program.incident(70)
    program.until_called(good, "duty")
    until(lambda: set_aside(worker))
    assert set_aside(worker) == {("alarms", broken["id"], "22012")}
    program.cure()
    program.until_called(broken, "duty")
    until(lambda: program.db.execute("select count(*) from job_faults").fetchone() == (0,))


def test_an_alarm_that_cannot_end_stops_no_other(program):
    """It is over, yet nothing can be written of it: those that are not over are called all the same."""
    anna = program.on_call()
    worker = program.worker()
    broken = program.incident()
    program.until_called(broken, "duty")
    program.poison("alarms", "update", "new.state = 'ended'")
    acknowledge(anna.client, notices(anna.client, "severe_incident")[0]).ok()
    anna.client.post(f"{broken.path}/actions", {"code": "line_handoff"}).created()
    until(lambda: set_aside(worker), CALLED_S)
    good = program.incident()
    program.until_called(good, "duty")
    program.cure()
    until(lambda: program.db.execute("select state from alarms where object_id = %s", (broken["id"],)).fetchone()[0] == "ended")


def test_an_alarm_of_a_region_that_nobody_has_comes_to_the_lead(program):
    """Nobody on a rung is no fault: the next one is called at once."""
    program.on_call()
    program.on_call("back_up", alias="Ben")
    worker = program.worker(smtp_url="")
    incident = program.incident()
    program.until_called(incident, "duty")
    program.db.execute("update alarms set region_key = 'nowhere' where object_id = %s", (incident["id"],))
    program.db.execute("update duty_shifts set regions = '{QC}'")
    program.seconds_pass(incident, BACK_UP)
    program.until_called(incident, "duty", "lead")
    assert set_aside(worker) == set()


# ---- clocks ----


def test_a_clock_set_back_an_hour_delays_no_alarm(program):
    """R6: an incident that has been recorded has begun, whatever the clock says now."""
    anna = program.on_call()
    program.worker()
    incident = program.incident(-3600)
    program.until_called(incident, "duty")
    program.mailbox.wait_for(anna.email)


def test_a_clock_set_back_an_hour_delays_no_rung(program):
    """What was due in two minutes is not due in an hour."""
    program.on_call()
    ben = program.on_call("back_up", alias="Ben")
    program.worker()
    incident = program.incident()
    program.until_called(incident, "duty")
    program.seconds_pass(incident, -3600)
    within = "select next_at < now() + interval '3 minutes' from alarms where object_id = %s"
    until(lambda: program.db.execute(within, (incident["id"],)).fetchone()[0])
    program.seconds_pass(incident, BACK_UP)
    program.until_called(incident, "duty", "back_up")
    assert program.told(ben, incident) == [2]


def test_what_had_ended_and_runs_again_is_called_again(program):
    """A worker whose clock is behind ends what has not begun by it; when the moment comes, it has."""
    program.on_call()
    referral = program.db.execute("select id from referrals where state = 'received' order by id limit 1").fetchone()[0]
    begins = datetime.now(UTC)
    breaks = begins + timedelta(days=1)
    program.db.execute("set session_replication_role = replica")
    program.db.execute("update referrals set reply_due = %s, reply_breach = %s where id = %s", (begins, breaks, referral))
    program.db.execute("set session_replication_role = origin")
    seen = []
    for seconds in (1, -3600, -1, 2):
        Watch(program.db).round((begins + timedelta(seconds=seconds)).isoformat())
        row = program.db.execute("select state, step from alarms where object_id = %s and due_at = %s", (referral, breaks))
        seen.append(row.fetchall())
    assert seen == [[("open", 1)], [("ended", 1)], [("ended", 1)], [("open", 2)]]
