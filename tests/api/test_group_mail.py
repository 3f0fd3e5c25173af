# SPDX-License-Identifier: MIT
"""Mail about places and sessions: the spot confirmed with its dates and times, and what changes, in the peer's language, within the
safe-contact rules, in words that name nothing (S1.33, R3, R8, R17, I8)."""

import re
from datetime import date

import pytest
from steps import walk
from steps.groups import INFORMAL, ago, clock, ready, taking_people
from steps.journey import tells_nothing, until

# In the summer of next year, so that the server's own clock sends what is due.
YEAR = date.today().year + 1
DATES = [f"{YEAR}-07-07T18:30", f"{YEAR}-07-14T18:30"]
LINK = "https://teams.example.org/meet/7f3a"


@pytest.fixture
def a_group(client):
    return lambda **changes: taking_people(client, **{"local_starts": DATES} | changes)


@pytest.fixture
def post(deliver):
    """post(*people): all mail leaves now, and what came to each of them."""

    def run(*people):
        sink = deliver()
        return [[m for m in sink.messages if person.email in m.recipients] for person in people]

    return run


def text(message):
    return message.text.replace("\r\n", "\n")


def kinds(db, person, state="queued"):
    rows = "select kind from outbox where participant_id = %s and state = %s and enrolment_id is not null order by created_at, kind"
    return [kind for (kind,) in db.execute(rows, (person.id, state))]


def held(person):
    return [m for m in walk(person.coordinator, "/v1/held-messages", params={"limit": 100}) if m["participant_id"] == person.id]


def session(group):
    return f"/v1/sessions/{group.sessions()[0]['id']}"


def move(group, day, **more):
    """The first session, to seven in the evening of that day in July."""
    return group.coordinator.patch(session(group), {"local_start": f"{YEAR}-07-{day:02d}T19:00"} | more, if_match="*").ok()


def cancel(group):
    return group.coordinator.post(f"{session(group)}/cancel", if_match="*").ok()


@pytest.fixture
def settled(client, a_group, post):
    """A confirmed place about which everything has been said."""
    seat = a_group().seat(ready(client))
    post()
    return seat


DAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
}


def said(language, day, hour, minute, zone="America/Toronto, UTC-04:00"):
    """A moment of that July, as mail says it."""
    weekday = DAYS[language][date(YEAR, 7, day).weekday()]
    if language == "fr":
        return f"le {weekday} {'1er' if day == 1 else day} juillet {YEAR} à {hour} h {minute:02d} ({zone})"
    return f"{weekday}, July {day}, {YEAR}, {hour % 12 or 12}:{minute:02d} {'a.m.' if hour < 12 else 'p.m.'} ({zone})"


CONFIRMED = {
    "en": """Hello,

Your place is confirmed. These are the dates and times:

{dates}

You can see them, and change your mind at any time, by signing in:

{link}

Thank you.
""",
    "fr": """Bonjour,

Votre place est confirmée. Voici les dates et les heures :

{dates}

Vous pouvez les voir, et changer d'avis à tout moment, en ouvrant une session :

{link}

Merci.
""",
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_spot_is_confirmed_with_dates_and_times(client, a_group, post, server, language):
    """S1.33, R8: in the peer's language, whatever the group's; on the group's clock and on theirs."""
    person = ready(client, preferred_language=language, timezone="America/Vancouver")
    seat = a_group(language="fr" if language == "en" else "en").seat(person)
    *_, mail = post(person)[0]
    theirs = "America/Vancouver, UTC-07:00"
    dates = "\n".join(f"{said(language, day, 18, 30)}\n    = {said(language, day, 15, 30, theirs)}" for day in (7, 14))
    assert text(mail) == CONFIRMED[language].format(dates=dates, link=server.url)
    assert mail.subject == {"en": "A message for you", "fr": "Un message pour vous"}[language]
    assert mail.recipients == [person.email] and mail.parsed["Content-Language"] == language
    tells_nothing(mail, server, person, seat.id, seat.group.id)


REGISTERED = {
    "en": "Hello,\n\nYou are registered. Please sign in to see the dates, and take a place for those that you like;"
    " you may change your mind at any time:\n\n{link}\n\nThank you.\n",
    "fr": "Bonjour,\n\nVotre inscription est faite. Veuillez ouvrir une session pour voir les dates et prendre une place à celles"
    " qui vous plaisent; vous pouvez changer d'avis à tout moment :\n\n{link}\n\nMerci.\n",
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_who_takes_a_place_for_each_date_is_promised_none(client, a_group, post, server, language):
    """S2.11: registered, they have a place in no date until they take one; nothing in the mail says otherwise."""
    person = ready(client, preferred_language=language)
    seat = a_group(kind=INFORMAL | {"session_capacity": 2}).seat(person)
    *_, mail = post(person)[0]
    assert text(mail) == REGISTERED[language].format(link=server.url)
    tells_nothing(mail, server, person, seat.id, seat.group.id)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_offer_says_until_when(client, a_group, deliver, db, server, language):
    """R8: on the person's own clock; yes or no, either is fine."""
    now = f"{YEAR}-06-28T16:00:00Z"
    person = ready(client, now=now, preferred_language=language, timezone="America/St_Johns")
    group = a_group()
    clock(now, group.coordinator)
    group.seat(person, "offered")
    db.execute("update outbox set due_at = now() where participant_id = %s and state = 'queued'", (person.id,))
    either = {"en": "either is fine", "fr": "les deux réponses conviennent"}[language]
    mail = next(m for m in deliver().messages if person.email in m.recipients and either in text(m))
    assert said(language, 1, 13, 30, "America/St_Johns, UTC-02:30") in text(mail)
    tells_nothing(mail, server, person)


# What is done, the words, and the moments of July that stand where they have a {}.
CHANGES = {
    "session_changed": (
        lambda group: move(group, 8), {"en": "A time has changed. It is now:\n\n{}\n\n", "fr": "Une heure a changé. C'est maintenant :\n\n{}\n\n"},
        [(8, 19, 0)]),
    "series_changed": (
        lambda group: move(group, 8, cascade=True), {"en": "the ones to come:\n\n{}\n{}\n\n", "fr": "celles à venir :\n\n{}\n{}\n\n"},
        [(8, 19, 0), (15, 19, 0)]),
    "session_cancelled": (
        lambda group: cancel(group), {"en": "does not take place:\n\n{}\n\n", "fr": "n'aura pas lieu :\n\n{}\n\n"},
        [(7, 18, 30)]),
    "session_added": (
        lambda group: group.coordinator.post(f"{group.path}/sessions", {"local_start": f"{YEAR}-07-21T18:30"}).created(),
        {"en": "There is one more date:\n\n{}\n\n", "fr": "Il y a une date de plus :\n\n{}\n\n"},
        [(21, 18, 30)]),
    "group_cancelled": (
        lambda group: group.step("cancel").ok(),
        {"en": "What was planned does not take place. There are other ways that may suit you.",
         "fr": "Ce qui était prévu n'aura pas lieu. D'autres possibilités peuvent vous convenir."},
        []),
    "seat_released": (
        lambda group: remove_first(group),
        {"en": "There is a change. Please sign in to read about it, or call us whenever you like:",
         "fr": "Il y a un changement. Veuillez ouvrir une session pour en prendre connaissance, ou appelez-nous quand vous voulez :"},
        []),
}  # fmt: skip


def remove_first(group):
    (seat,) = group.coordinator.get(f"{group.path}/enrolments").ok().data
    return group.coordinator.post(f"/v1/enrolments/{seat['id']}/remove", {"reason": "safety"}, if_match="*").ok()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_is_told_once_to_who_has_a_place(client, a_group, post, server, change, language):
    """Point 8: what moved and to when, what does not take place; never why, never what it is, one link for everybody."""
    person = ready(client, preferred_language=language)
    group = a_group()
    group.coordinator.patch(session(group), {"join_link": LINK}, if_match="*").ok()
    seat = group.seat(person)
    post()
    step, words, moments = CHANGES[change]
    step(group)
    (mail,) = post(person)[0]
    assert words[language].format(*(said(language, *moment) for moment in moments)) in text(mail)
    assert re.findall(r"https?://\S+", mail.text) == [server.url]
    tells_nothing(mail, server, person, seat.id, group.id, LINK, "teams", "safety")
    assert post(person) == [[]], "once"


def test_a_change_is_for_those_who_have_a_place(client, a_group, post, db):
    """Who has an offer or waits reads the dates when they look; who is told of the end is everybody."""
    group = a_group(capacity=2)
    confirmed, offered, waiting = ready(client), ready(client), ready(client)
    group.seat(confirmed)
    group.seat(offered, "offered")
    group.seat(waiting, "waitlisted")
    everybody = confirmed, offered, waiting
    post()
    move(group, 8)
    assert [len(mails) for mails in post(*everybody)] == [1, 0, 0]
    group.step("cancel").ok()
    assert [len(mails) for mails in post(*everybody)] == [1, 1, 1]
    assert all(kinds(db, person) == [] for person in everybody)


# ---- nothing that is no longer so ----


def test_only_the_last_word_leaves(post, settled):
    """R17: asked again at the moment of sending. Moved twice is one message with the last hour; moved and cancelled is cancelled."""
    group, person = settled.group, settled.person
    move(group, 8)
    move(group, 9)
    (mail,) = post(person)[0]
    assert said("en", 9, 19, 0) in text(mail) and said("en", 8, 19, 0) not in text(mail)
    move(group, 10)
    cancel(group)
    (mail,) = post(person)[0]
    assert "does not take place" in text(mail)


def test_an_answered_offer_is_not_offered_by_mail(client, a_group, post, db):
    """R17: accepted or declined before it left; the one is confirmed at its hour, the other is over."""
    yes, no = a_group().seat(ready(client), "offered"), a_group().seat(ready(client), "offered")
    yes.accept().ok()
    yes.confirm().ok()
    yes.hear()
    no.decline().ok()
    accepted, declined = post(yes.person, no.person)
    words = [text(mail) for mail in accepted + declined]
    assert sum("Your place is confirmed." in word for word in words) == 1 and not any("There is a place for you" in word for word in words)
    assert kinds(db, no.person, "cancelled") == ["seat_offered"]


def test_an_offer_that_ended_is_not_written_about(client, a_group, mailbox, start_server, database):
    """R17: what is no longer kept is not offered; the next one is written to."""
    first, second = (ready(client, now=ago(days=10)).at(None) for _ in range(2))
    group = a_group(capacity=1)
    clock(ago(hours=73), group.coordinator)
    silent, waiting = group.seat(first, "offered"), group.seat(second, "waitlisted")
    clock(None, group.coordinator)
    mailbox.clear()
    worker = start_server(database=database, worker=True, smtp_url=mailbox.url)
    until(lambda: [m for m in mailbox.messages if second.email in m.recipients and "There is a place for you" in text(m)])
    worker.stop()
    assert not [m for m in mailbox.messages if first.email in m.recipients and "There is a place for you" in text(m)]
    assert (silent.state, waiting.state) == ("expired", "offered")


@pytest.mark.parametrize("leave", ["place", "program"])
def test_who_left_hears_nothing_more(post, settled, db, leave):
    """I8, R17: queued or held, it never goes out, and nobody is asked to call them."""
    group, person = settled.group, settled.person
    move(group, 8)
    person.contact(ok_to_email=False).ok()
    post()
    assert [m["kind"] for m in held(person)] == ["session_changed"]
    cancel(group)
    if leave == "place":
        settled.withdraw().ok()
    else:
        (intake,) = person.coordinator.get("/v1/intakes", params={"participant_id": person.id}).ok().data
        person.peer.post(f"/v1/intakes/{intake['id']}/withdraw").ok()
    assert held(person) == [] and kinds(db, person) == []
    person.contact(ok_to_email=True).ok()
    assert post(person) == [[]]


def test_what_is_under_way_when_somebody_leaves_is_not_tried_again(settled, mailbox, start_server, database, db):
    """R17: it may have left; a refusal is not somebody's to call about."""
    move(settled.group, 8)
    mailbox.clear()
    worker = start_server(database=database, worker=True, smtp_url=mailbox.url)
    with mailbox.held() as handed_over:
        handed_over()
        settled.withdraw().ok()
        mailbox.answer = "451 4.3.0 later"
    mailbox.wait_for_refusal()
    worker.stop()
    assert kinds(db, settled.person) == [] and held(settled.person) == []
    mailbox.clear()


# ---- who cannot be written to ----


def test_what_may_not_leave_waits_for_a_voice(post, settled):
    """R3, S1.33: without leave to write nothing goes; a coordinator sees of which place, and calls."""
    person = settled.person
    person.contact(ok_to_email=False).ok()
    move(settled.group, 8)
    assert post(person) == [[]]
    (message,) = held(person)
    assert (message["kind"], message["enrolment_id"], message["intake_id"]) == ("session_changed", settled.id, None)
    assert (message["state"], message["reason"]) == ("held", "email_not_ok")
    (intake,) = person.coordinator.get("/v1/intakes", params={"participant_id": person.id}).ok().data
    person.coordinator.post(f"/v1/intakes/{intake['id']}/updates", {"method": "phone"}).created()
    assert held(person) == []
    person.contact(ok_to_email=True).ok()
    assert post(person) == [[]], "told by voice, it needs no mail"


def test_with_leave_given_it_goes_by_itself(client, a_group, post):
    """R3: the rules of the moment count, those of the contact too; nothing is queued twice."""
    person = ready(client)
    person.contact(ok_to_email=False).ok()
    seat = a_group().seat(person)
    assert post(person) == [[]]
    assert [(m["kind"], m["enrolment_id"]) for m in held(person)] == [("seat_confirmed", seat.id)]
    person.reachable()
    (mail,) = post(person)[0]
    assert "Your place is confirmed." in text(mail) and held(person) == []


def test_a_message_that_is_refused_is_somebodys_to_call(settled, mailbox, start_server, database, db):
    """R5: nothing is lost in silence."""
    mailbox.clear()
    mailbox.answer = "554 5.7.1 no"
    cancel(settled.group)
    worker = start_server(database=database, worker=True, smtp_url=mailbox.url)
    mailbox.wait_for_refusal()
    worker.stop()
    mailbox.clear()
    (message,) = held(settled.person)
    assert (message["kind"], message["state"], message["reason"]) == ("session_cancelled", "failed", "refused")
