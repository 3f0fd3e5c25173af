# SPDX-License-Identifier: MIT
"""Steps of the stories of alarms: what the worker does in a round, at the hour of the story."""

from datetime import datetime, timedelta

from steps import walk
from steps.duty import OnCall, shift

NOTICES, ALARMS = "/v1/notices", "/v1/alarms"


def later(moment, **span):
    return (datetime.fromisoformat(moment) + timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Watch:
    """The worker's connection, without its clock."""

    def __init__(self, db):
        self.db = db

    def round(self, now):
        with self.db.transaction():
            self.db.execute("set local role alongside_worker")
            self.db.execute("select set_config('app.role', 'worker', true), set_config('app.now', %s, true)", (now,))
            self.db.execute("select comparison_run()")
            return self.db.execute("select watched_clock_follow()").fetchone()[0]


class Night:
    """An evening under way with a severity 4 at `began`, and whoever is on call that night."""

    def __init__(self, evening, administrator, db):
        self.evening, self.administrator, self.db, self.watch = evening, administrator, db, Watch(db)
        self.began, self.last = evening.now, None
        # What the demo has left behind for years by then is not for those of tonight.
        self.watch.round(self.began)

    def on_call(self, step="duty", role="coordinator", alias="Anna", regions=()):
        who = OnCall(self.evening.client, self.administrator, role=role, alias=alias, regions=regions)
        self.evening.joined(who)
        shift(self.administrator, who.id, "2090-01-10T17:00", "2090-01-11T09:00", step=step, regions=regions).created()
        return who

    def incident(self, severity=4, kind="distress", **more):
        body = {"kind": kind, "severity": severity, "session_id": self.evening.session["id"]} | more
        self.last = self.evening.supporter.client.post("/v1/incidents", body).created()
        return self.last

    def pass_minutes(self, minutes):
        """So long after it began, for everybody; the worker has looked."""
        now = later(self.began, minutes=minutes)
        self.evening.at(minutes=minutes)
        self.watch.round(now)
        return now

    def settle(self, minutes):
        """The same, until nothing is left to do: a round is bounded in time, and what is pressing of other stories comes first."""
        now = self.pass_minutes(minutes)
        assert any(self.watch.round(now) == 0 for _ in range(30))

    def told(self, who, about=None):
        """[(kind, step, is_by_alias)] of somebody's notices of an incident, the last one unless told otherwise, the first one first."""
        rows = self.db.execute("select id::text from alarms where object_id = %s", ((about or self.last)["id"],)).fetchall()
        alarms = {alarm for (alarm,) in rows}
        listed = walk(who, NOTICES, params={"limit": 100})
        return [
            (entry["kind"], entry["alarm"]["step"], entry["is_by_alias"])
            for entry in reversed(listed)
            if entry["alarm"] and entry["alarm"]["id"] in alarms
        ]

    def alarm_of(self, about, kind="severe_incident"):
        row = self.db.execute("select id::text from alarms where object_id = %s and kind = %s", (about["id"], kind)).fetchone()
        return row and row[0]


def notices(who, kind=None, **params):
    """Somebody's notices, newest first."""
    listed = walk(who, NOTICES, params={"limit": 100} | params)
    return [entry for entry in listed if kind is None or entry["kind"] == kind]


def acknowledge(who, notice):
    return who.post(f"{NOTICES}/{notice['id']}/acknowledge")
