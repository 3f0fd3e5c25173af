# SPDX-License-Identifier: MIT
"""The reply clock over HTTP: decision 7, S0–S2's "one to two business days" (S1.27, S2.47), I11, A5.1."""

import pytest
from steps import OTHER_COORDINATOR, as_coordinators_see, attempt, close, eastern, inquire, refer

# Receipt, end of business day 1, end of business day 2: wall times in Toronto.
CLOCKS = [
    ("2026-09-25 16:00", "2026-09-28", "2026-09-29"),  # Friday
    ("2026-09-25 18:00", "2026-09-29", "2026-10-01"),  # Friday after the cut-off; 30 September is a holiday
    ("2026-09-29 10:00", "2026-10-01", "2026-10-02"),
    ("2026-04-02 10:00", "2026-04-07", "2026-04-08"),  # Good Friday, Easter Monday
    ("2026-11-10 09:00", "2026-11-12", "2026-11-13"),  # Remembrance Day
    ("2026-12-24 10:00", "2026-12-29", "2026-12-30"),  # Boxing Day observed on the 28th
    ("2027-12-24 10:00", "2027-12-29", "2027-12-30"),  # both days observed on the 27th and 28th
    # The cut-off to the second, a weekend, a holiday itself, both changes of the clock.
    ("2026-09-23 17:00:00", "2026-09-24", "2026-09-25"),
    ("2026-09-23 17:00:01", "2026-09-25", "2026-09-28"),
    ("2026-09-26 03:00", "2026-09-29", "2026-10-01"),
    ("2026-09-30 12:00", "2026-10-02", "2026-10-05"),
    ("2026-03-06 16:59", "2026-03-09", "2026-03-10"),
    ("2026-10-30 12:00", "2026-11-02", "2026-11-03"),
]


@pytest.mark.parametrize(("received", "due", "breach"), CLOCKS, ids=[clock[0] for clock in CLOCKS])
def test_receipt_sets_both_deadlines(coordinator, line, received, due, breach):
    """S1.27: through both doors, by the day in Toronto, whoever asks from wherever."""
    wanted = (eastern(received), eastern(f"{due} 17:00"), eastern(f"{breach} 17:00"))
    by_line = coordinator.get(as_coordinators_see(refer(line, now=eastern(received)))).ok()
    by_mail = inquire(coordinator, now=eastern(received))
    written_down_later = inquire(coordinator, received_at=eastern(received), now=eastern(f"{breach} 12:00"))
    for referral in (by_line, by_mail, written_down_later):
        assert (referral["received_at"], referral["reply_due"], referral["reply_breach"]) == wanted


def test_regional_holidays_do_not_stop_the_clock(coordinator, administrator):
    """A5.1: the table is editable; only national days count."""
    administrator.post(
        "/v1/holidays", {"date": "2026-06-24", "region": "QC", "name": {"en": "Saint-Jean", "fr": "Fête nationale"}}
    ).created()
    made = inquire(coordinator, now=eastern("2026-06-23 10:00"))
    assert made["reply_due"] == eastern("2026-06-24 17:00")


def test_a_clock_that_runs_is_not_wound_again(coordinator, administrator):
    """I11: a new holiday moves what is received from then on, and nothing else."""
    before = inquire(coordinator, now=eastern("2026-06-08 10:00"))
    assert before["reply_due"] == eastern("2026-06-09 17:00")
    holiday = administrator.post("/v1/holidays", {"date": "2026-06-09", "name": {"en": "A day", "fr": "Un jour"}}).created()
    after = inquire(coordinator, now=eastern("2026-06-08 11:00"))
    assert after["reply_due"] == eastern("2026-06-10 17:00")
    path = f"/v1/referrals/{before['id']}"
    assert coordinator.get(path).ok()["reply_due"] == before["reply_due"]
    administrator.patch(holiday.path, {"date": "2026-06-10"}, if_match=holiday).ok()
    assert coordinator.patch(path, {"urgent": True}, if_match="*").ok()["reply_breach"] == before["reply_breach"]
    administrator.delete(holiday.path, if_match="*").no_content()
    assert coordinator.get(f"/v1/referrals/{after['id']}").ok()["reply_due"] == after["reply_due"]


def status_of(coordinator, referral, now):
    path = "/v1/referrals?state=received&state=contacted&state=declined&state=redirected&channel=other&limit=100"
    (found,) = [entry for entry in coordinator.get(path, now=now).ok().data if entry["id"] == referral["id"]]
    return found["reply_status"]


def test_the_queue_says_where_the_clock_stands(coordinator):
    """S1.27: on time, due after the first business day, breached after the second; to the second."""
    made = inquire(coordinator, channel="other", now=eastern("2026-09-25 16:00"))
    for moment, status in (
        ("2026-09-25 16:00", "on_time"),
        ("2026-09-28 17:00:00", "on_time"),
        ("2026-09-28 17:00:01", "due"),
        ("2026-09-29 17:00:00", "due"),
        ("2026-09-29 17:00:01", "breached"),
    ):
        assert status_of(coordinator, made, eastern(moment)) == status, moment


def test_the_first_human_reply_stops_the_clock_once(coordinator, client):
    """I11: attempts do not stop it, the first reply does, a later or earlier-dated one changes nothing."""
    made = inquire(coordinator, channel="other", now=eastern("2026-09-25 16:00"))
    # 1. Two attempts: the clock runs on.
    attempt(coordinator, made.path, "no_answer", now=eastern("2026-09-25 16:30"))
    tried = attempt(coordinator, made.path, "message_left", now=eastern("2026-09-28 10:00"))
    assert (tried["state"], tried["first_reply_at"], tried["attempts"]) == ("received", None, 2)
    assert status_of(coordinator, made, eastern("2026-09-30 10:00")) == "breached"
    # 2. A colleague reaches the person.
    colleague = client("coordinator", "other")
    reached = attempt(colleague, made.path, "replied", at=eastern("2026-09-28 11:00"), now=eastern("2026-09-28 12:00"))
    assert (reached["state"], reached["first_reply_at"]) == ("contacted", eastern("2026-09-28 11:00"))
    assert reached["first_reply_by"] == OTHER_COORDINATOR
    # 3. It stays stopped, and stays theirs.
    again = attempt(coordinator, made.path, "replied", at=eastern("2026-09-28 09:00"), now=eastern("2026-09-29 09:00"))
    assert (again["first_reply_at"], again["first_reply_by"]) == (reached["first_reply_at"], reached["first_reply_by"])
    assert again["attempts"] == 4 and again["state"] == "contacted"
    assert status_of(coordinator, made, eastern("2026-12-01 10:00")) == "replied"


def test_a_reply_after_the_breach_still_counts_as_one(coordinator):
    made = inquire(coordinator, channel="other", now=eastern("2026-09-25 16:00"))
    late = attempt(coordinator, made.path, "replied", now=eastern("2026-10-09 16:00"))
    assert late["first_reply_at"] > late["reply_breach"]
    assert status_of(coordinator, made, eastern("2026-10-09 17:00")) == "replied"


def test_what_was_closed_unheard_is_closed(coordinator):
    made = inquire(coordinator, channel="other", now=eastern("2026-09-25 16:00"))
    close(coordinator, made.path, "redirected", redirect_reason="under_18", now=eastern("2026-09-25 16:10")).ok()
    assert status_of(coordinator, made, eastern("2026-12-01 10:00")) == "closed"
