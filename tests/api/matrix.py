# SPDX-License-Identifier: MIT
"""Objects of the demo data that an account must not see, for the role matrix.

HIDDEN: path parameter -> maker of [(role, account, id)]. A maker gets the superuser's connection. Accounts: None is the
role's own demo account. An empty list says that nobody who may call such an operation is kept from any object."""

ROLES = ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line", "administrator")
DEMO_ACCOUNTS = {role: f"00000000-0000-4000-8000-{number:012d}" for number, role in enumerate(ROLES, 1)}
COORDINATOR = "00000000-0000-4000-8000-000000000004"
QUEBEC_COORDINATOR = "00000000-0000-4000-8000-000000000014"
OTHER_LINE = "00000000-0000-4000-8000-000000000105"
# Demo participants: 3001 is another peer, 3002 is excluded from the coordinator, 3004 lives where the second does not serve.
PEER_2, EXCLUDED, ELSEWHERE = (f"00000000-0000-4000-8000-00000000{number}" for number in (3001, 3002, 3004))


def exclude(db, account, participant):
    """The participant does not exist for this coordinator (R14, I13)."""
    db.execute(
        "insert into participant_exclusions (participant_id, account_id, reason, created_by, created_at)"
        " values (%s, %s, 'asked_by_peer', %s, now()) on conflict do nothing",
        (participant, account, QUEBEC_COORDINATOR),
    )


def of_participants(db, find):
    """What find(participant) gives for the three reasons not to see somebody: a peer, an exclusion, a region."""
    exclude(db, COORDINATOR, EXCLUDED)
    return [
        ("peer", None, find(PEER_2)),
        ("coordinator", None, find(EXCLUDED)),
        ("coordinator", QUEBEC_COORDINATOR, find(ELSEWHERE)),
    ]


def participants(db):
    return of_participants(db, lambda participant: participant)


def intakes(db):
    def find(participant):
        return str(db.execute("select id from intakes where participant_id = %s", (participant,)).fetchone()[0])

    return of_participants(db, find)


def acceptances(db):
    def find(participant):
        found = db.execute(
            "insert into acceptances (participant_id, document_id, language_read, accepted_at, withdrawn_at)"
            " select %s, id, 'en', now(), now() from documents order by id limit 1 returning id",
            (participant,),
        )
        return str(found.fetchone()[0])

    return of_participants(db, find)


def exclusions(db):
    def find(participant):
        return str(
            db.execute(
                "insert into participant_exclusions (participant_id, account_id, reason, created_by, created_at)"
                " values (%s, '00000000-0000-4000-8000-000000000002', 'own_case', %s, now())"
                " on conflict (account_id, participant_id) do update set reason = excluded.reason returning id",
                (participant, COORDINATOR),
            ).fetchone()[0]
        )

    return [row for row in of_participants(db, find) if row[0] == "coordinator"]


def referrals(_db):
    """The line sees its own referrals only; coordinators share one queue."""
    recorded_by_a_coordinator, of_the_first_line = (f"00000000-0000-4000-8000-000000000{n}" for n in (203, 201))
    return [("line", None, recorded_by_a_coordinator), ("line", OTHER_LINE, of_the_first_line)]


def nobody_is_kept_away(_db):
    return []


HIDDEN = {
    "participant_id": participants,
    "intake_id": intakes,
    "acceptance_id": acceptances,
    "exclusion_id": exclusions,
    "referral_id": referrals,
    "staff_id": nobody_is_kept_away,
    "holiday_id": nobody_is_kept_away,
    "document_id": nobody_is_kept_away,
}


def is_kept_from_some(operation):
    """Staff, holidays and documents are open to whoever may ask for them at all, and referrals to every coordinator (R5)."""
    (name,) = operation.ids[:1]
    return HIDDEN[name] is not nobody_is_kept_away and (name != "referral_id" or "line" in operation.roles)


# Demo objects that every role may see which may ask for such a thing at all.
def visible_acceptance(db):
    return str(
        db.execute(
            "insert into acceptances (participant_id, document_id, language_read, accepted_at, withdrawn_at)"
            " select '00000000-0000-4000-8000-000000000101', id, 'en', now(), now() from documents order by id limit 1 returning id"
        ).fetchone()[0]
    )


def visible_exclusion(db):
    return str(
        db.execute(
            "insert into participant_exclusions (participant_id, account_id, reason, created_by, created_at)"
            " values ('00000000-0000-4000-8000-000000003005', '00000000-0000-4000-8000-000000000002', 'own_case', %s, now())"
            " returning id",
            (COORDINATOR,),
        ).fetchone()[0]
    )


def first_of(table):
    return lambda db: str(db.execute(f"select id from {table} order by id limit 1").fetchone()[0])


VISIBLE = {
    "participant_id": lambda _db: "00000000-0000-4000-8000-000000000101",
    "intake_id": lambda _db: "00000000-0000-4000-8000-000000004000",
    "acceptance_id": visible_acceptance,
    "exclusion_id": visible_exclusion,
    "referral_id": lambda _db: "00000000-0000-4000-8000-000000000201",
    "staff_id": lambda _db: "00000000-0000-4000-8000-000000000002",
    "holiday_id": first_of("holidays"),
    "document_id": first_of("documents"),
}
