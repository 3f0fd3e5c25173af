# SPDX-License-Identifier: MIT
"""What everybody reads of activities: tracks with dates of their own, open or full in words, a calendar; nobody is counted (S2.14, S2.21, S2.22,
S2.24, S2.25, I10, DESIGN 12)."""

from datetime import date, timedelta

import icalendar
import pytest
from steps import walk
from steps.activities import PATH, PUBLIC, in_state, new, page, track, two_parts
from steps.groups import Group, in_days, instant, ready, service
from steps.guests import EVENT, assign, invite
from steps.journey import as_worker


@pytest.fixture
def event(administrator):
    return two_parts(administrator)


@pytest.fixture
def plan(coordinator, event):
    return lambda **changes: coordinator.post(PATH, new(event, **changes)).created()


def test_tracks_stand_side_by_side_the_readers_language_first(coordinator, nobody, plan, event):
    """S2.21, S2.22, S2.24, S2.25: dates of their own, the zone named, the last day to register; drafts are not shown."""
    made = in_state(coordinator, plan(), "open")
    english = track(coordinator, made, event, series={"local_start": "2027-07-08T17:00", "count": 2})
    french = track(
        coordinator, made, event, language="fr", series={"local_start": "2027-07-15T17:00", "count": 2}, timezone="America/Winnipeg"
    )
    Group(coordinator, event, activity_id=made["id"], series={"local_start": in_days(50), "count": 2})
    one, two = page(nobody, made).ok()["tracks"]
    assert (one["group_id"], two["group_id"]) == (english.id, french.id)
    assert [entry["group_id"] for entry in page(nobody, made, language="fr").ok()["tracks"]] == [french.id, english.id]
    assert (one["register_by"], one["registration"], one["timezone"]) == ("2027-06-25", "open", "America/Toronto")
    assert [(d["part"], d["local_start"], d["utc_offset"], d["ends_at"]) for d in one["dates"]] == [
        (1, "2027-07-08T17:00", "-04:00", "2027-07-08T22:30:00Z"), (2, "2027-07-22T17:00", "-04:00", "2027-07-22T22:00:00Z")]  # fmt: skip
    assert [(d["local_start"], d["utc_offset"]) for d in two["dates"]] == [("2027-07-15T17:00", "-05:00"), ("2027-07-29T17:00", "-05:00")]
    assert set(one) == {"group_id", "language", "composition", "timezone", "registration", "register_by", "guests", "dates"}, (
        "no count, link or name"
    )
    assert {entry["id"] for entry in walk(coordinator, "/v1/groups", params={"activity_id": made["id"]})} > {english.id, french.id}
    assert english.read()["activity_id"] == made["id"]


@pytest.mark.parametrize("zone", ["America/St_Johns", "America/Winnipeg", "America/Vancouver"])
@pytest.mark.parametrize("first", ["2027-03-20T17:00", "2027-11-13T17:00"])
def test_the_last_day_ends_with_its_last_second(coordinator, nobody, plan, event, zone, first):
    """I10: inclusive to 23:59:59 on the clock of the track, also where the clocks change between the day and the first date."""
    made = in_state(coordinator, plan(), "open")
    track(coordinator, made, event, timezone=zone, series={"local_start": first, "count": 2})
    last_day = date.fromisoformat(first[:10]) - timedelta(days=13)
    for shift, word in ((-1, "open"), (0, "closed")):
        moment = instant(f"{last_day + timedelta(days=1)}T00:00", zone, seconds=shift)
        entry = page(nobody, made, headers={"X-Test-Now": moment}).ok()
        assert (entry["tracks"][0]["register_by"], entry["tracks"][0]["registration"]) == (str(last_day), word)
        assert entry["registration"] == word


def fill(client, one, count=1):
    return [one.seat(ready(client), "confirmed") for _ in range(count)]


def words(nobody, made):
    listed, one = nobody.get(PUBLIC, params={"limit": 1}).ok(), page(nobody, made).ok()
    assert listed.data[0] == one.json
    return one["tracks"][0]["registration"], listed.etag, one.etag


def test_full_is_a_word_that_nobody_can_count_with(client, coordinator, nobody, db, plan, event):
    """ANCHORS 1.2.10: the same bytes and tag with one seat taken of two as with none; full at once; open again five minutes later."""
    made = in_state(coordinator, plan(), "open")
    one = track(coordinator, made, event)
    empty = words(nobody, made)
    (first,) = fill(client, one)
    as_worker(db, None, "select seat_show_full()")
    assert words(nobody, made) == empty and empty[0] == "open"
    fill(client, one)
    assert words(nobody, made) == empty, "no request changes the word"
    as_worker(db, None, "select seat_show_full()")
    full = words(nobody, made)
    assert full[0] == "full"
    first.withdraw()
    as_worker(db, None, "select seat_show_full()")
    assert words(nobody, made) == full, "who leaves is not watched"
    next_step(db, one)
    assert words(nobody, made) == empty


def next_step(db, one):
    """The next five minutes have begun, and the worker looks."""
    db.execute("update cohorts set shown_full_at = shown_full_at - interval '5 minutes' where id = %s", (one.id,))
    as_worker(db, None, "select seat_show_full()")


def test_a_word_changes_in_fixed_steps_and_not_when_somebody_leaves(client, coordinator, nobody, db, plan, event):
    """ANCHORS 1.2.10: however long it was full, who leaves is not watched; looked at anew once in each five minutes."""
    made = in_state(coordinator, plan(), "open")
    one = track(coordinator, made, event)
    first, _ = fill(client, one, 2)
    as_worker(db, None, "select seat_show_full()")
    db.execute("update cohorts set shown_full_at = shown_full_at - interval '1 hour' where id = %s", (one.id,))
    as_worker(db, None, "select seat_show_full()")
    first.withdraw()
    as_worker(db, None, "select seat_show_full()")
    assert words(nobody, made)[0] == "full"
    next_step(db, one)
    assert words(nobody, made)[0] == "open"


def test_while_somebody_waits_it_is_full(client, coordinator, nobody, db, plan, event):
    """A6.5: whatever keeps who waits from the seat that is free, the word is the same; and who asks now would wait."""
    made = in_state(coordinator, plan(), "open")
    one = track(coordinator, made, event)
    first, _ = fill(client, one, 2)
    waits = one.seat(ready(client), "waitlisted")
    as_worker(db, None, "select seat_show_full()")
    first.withdraw()
    next_step(db, one)
    assert words(nobody, made)[0] == "full"
    waits.withdraw()
    next_step(db, one)
    assert words(nobody, made)[0] == "open"


def test_what_is_public_answers_304_while_nothing_changed(coordinator, nobody, plan):
    """Caches may keep it: it is the same for whoever asks."""
    made = in_state(coordinator, plan(), "announced")
    for path in (PUBLIC, f"{PUBLIC}/{made['id']}", "/v1/activity-calendar"):
        before = nobody.get(path).ok()
        assert "public" in before.headers["Cache-Control"] and "Accept-Language" in before.headers["Vary"]
        assert coordinator.get(path).ok().etag == before.etag
        nobody.get(path, if_none_match=before).not_modified()
        assert nobody.get(path, language="fr").ok().etag != before.etag
    listed = nobody.get(PUBLIC).ok()
    coordinator.patch(made.path, {"title": {"en": "Another"}}, if_match="*").ok()
    assert nobody.get(PUBLIC, if_none_match=listed).ok().etag != listed.etag


def test_the_public_calendar_keeps_what_was_cancelled(coordinator, nobody, plan, event):
    """RFC 5545, ANCHORS 1.2.7: one UID, SEQUENCE up, STATUS:CANCELLED; nothing of a draft, no link; read by another's parser."""
    made = in_state(coordinator, plan(title={"en": "Draw; together, " + "x" * 120, "fr": "Dessiner; ensemble"}), "announced")
    one = track(coordinator, made, event)
    Group(coordinator, event, activity_id=made["id"], series={"local_start": in_days(70), "count": 2})
    hidden = plan()
    track(coordinator, hidden, event)
    before = {e["UID"]: e for e in events(nobody, made)}
    assert len(before) == 2 and {str(e["STATUS"]) for e in before.values()} == {"CONFIRMED"}
    first, second = one.sessions()
    coordinator.patch(f"/v1/sessions/{first['id']}", {"local_start": in_days(41, at="18:00")}, if_match="*").ok()
    coordinator.post(f"/v1/sessions/{second['id']}/cancel", if_match="*").ok()
    after = {e["UID"]: e for e in events(nobody, made)}
    assert set(after) == set(before) and {int(e["SEQUENCE"]) for e in after.values()} == {1}
    assert sorted(str(e["STATUS"]) for e in after.values()) == ["CANCELLED", "CONFIRMED"]
    feed = nobody.get("/v1/activity-calendar").ok()
    assert hidden["title"]["en"] not in feed.content.decode() and "http" not in feed.content.decode()
    nobody.get("/v1/activity-calendar", if_none_match=feed).not_modified()
    one.step("cancel").ok()
    assert {str(e["STATUS"]) for e in events(nobody, made)} == {"CANCELLED"}
    assert events(nobody, made, "fr") == []


def test_nothing_public_moves_with_what_happens_in_the_room(coordinator, nobody, db, plan, event):
    """ANCHORS 1.2.10: a way in that is replaced because somebody left, what is needed, who leads: no tag changes."""
    made = in_state(coordinator, plan(), "announced")
    session = track(coordinator, made, event).sessions()[0]
    public = [f"{PUBLIC}/{made['id']}", PUBLIC, "/v1/activity-calendar"]
    db.execute("update sessions set calendar_changed_at = calendar_changed_at - interval '1 day' where id = %s", (session["id"],))
    before = [nobody.get(path).ok().etag for path in public]
    for change in ({"join_link": "https://meet.example/other"}, {"material": {"en": "Pen", "fr": "Crayon"}}, {"hosts": session["hosts"]}):
        coordinator.patch(f"/v1/sessions/{session['id']}", change, if_match="*").ok()
    assert [nobody.get(path).ok().etag for path in public] == before


def events(who, made, language="en"):
    text = who.get("/v1/activity-calendar", params={"language": language}).ok().content
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    return [e for e in icalendar.Calendar.from_ical(text).walk("VEVENT") if str(e["SUMMARY"]) == made["title"][language]]


def test_who_leads_from_outside_is_announced(administrator, coordinator, nobody, plan):
    """S2.17: name, what they are known for, where to read of them, in both languages; until they are released. Nobody else is named."""
    of = service(administrator, EVENT)
    made = in_state(coordinator, coordinator.post(PATH, new(of)).created(), "announced")
    one = track(coordinator, made, of)
    assert page(nobody, made).ok()["tracks"][0]["guests"] == []
    known = {
        "credentials": {"en": "Visual artist", "fr": "Artiste visuelle"},
        "link": {"en": "https://a.example", "fr": "https://a.example/fr"},
    }
    rita = invite(coordinator, **known)
    assigned = assign(one, rita).created()
    announced = page(nobody, made).ok()["tracks"][0]["guests"]
    assert "another site" in announced[0].pop("link_notice")["en"] and announced == [{"name": rita["name"]} | known]
    coordinator.post(f"{assigned.path}/release", if_match="*").ok()
    assert page(nobody, made).ok()["tracks"][0]["guests"] == []


def test_an_open_activity_without_a_track_takes_nobody(coordinator, nobody, plan, event):
    """Also when its only track was called off as a draft, of which nobody reads."""
    made = in_state(coordinator, plan(), "open")
    draft = Group(coordinator, event, activity_id=made["id"], series={"local_start": in_days(50), "count": 2})
    for _ in range(2):
        shown = page(nobody, made).ok()
        assert (shown["registration"], shown["tracks"]) == ("closed", []) and events(nobody, made) == []
        draft.step("cancel").ok() if draft.read()["state"] == "draft" else None


def test_a_track_of_which_nothing_is_to_come_is_closed(coordinator, nobody, plan, event):
    made = in_state(coordinator, plan(), "open")
    one = track(coordinator, made, event)
    for session in one.sessions():
        coordinator.post(f"/v1/sessions/{session['id']}/cancel", if_match="*").ok()
    assert page(nobody, made).ok()["registration"] == "closed"


def test_what_took_place_is_not_shown_as_cancelled(coordinator, nobody, db, plan, event):
    """ANCHORS 1.2.5: of a track that is called off after its first evening."""
    made = in_state(coordinator, plan(), "open")
    one = track(coordinator, made, event)
    first, _ = one.sessions()
    db.execute(
        "update sessions set state = 'completed', starts_at = now() - interval '2 days', started_at = now() - interval '2 days',"
        " ended_at = now() - interval '2 days' where id = %s", (first["id"],))  # fmt: skip
    one.step("cancel").ok()
    assert sorted(str(e["STATUS"]) for e in events(nobody, made)) == ["CANCELLED", "CONFIRMED"]
