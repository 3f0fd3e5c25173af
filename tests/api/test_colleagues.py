# SPDX-License-Identifier: MIT
"""With whom a coordinator plans: hosts with what they have and lack, and the other coordinators (S0.20-S0.25, S1.19, A6.8, R2)."""

import pytest
from steps import COORDINATOR, OTHER_COORDINATOR, walk
from steps.groups import LONG_AGO, Group, Host, service
from steps.journey import unique

PATH = "/v1/colleagues"


@pytest.fixture
def hire(client, administrator):
    return lambda role="peer_supporter", **kwargs: Host(client, administrator, role, **kwargs)


def listed(coordinator, **params):
    return {entry["account_id"]: entry for entry in walk(coordinator, PATH, params={"limit": 100} | params)}


def test_what_a_coordinator_knows_of_a_host(coordinator, hire):
    """S0.21, S1.19, S0.31: what decides whether somebody can be assigned; by alias, and nothing that finds them elsewhere (R2)."""
    host = hire("mental_health_professional", is_trained=False)
    host.qualify(designation="social_service_worker", cleared_on=LONG_AGO, regions=["QC", "NB"]).ok()
    host.train("orientation")
    response = coordinator.get(PATH, params={"limit": 100}).ok()
    assert listed(coordinator)[host.id] == {
        "account_id": host.id, "role": "mental_health_professional", "alias": host.made["alias"], "languages": ["en", "fr"],
        "regions": ["QC", "NB"], "employer": "smsrc", "designation": "social_service_worker", "education": None, "expertise": [], "is_cleared": True,
        "modules_missing": ["group_facilitation"]}  # fmt: skip
    assert host.made["name"] not in response.content.decode() and host.made["email"] not in response.content.decode()
    host.train("facilitator")
    host.qualify(designation="social_worker").ok()
    now = listed(coordinator)[host.id]
    assert (now["is_cleared"], now["modules_missing"]) == (False, [])


def test_what_counts_today(coordinator, hire):
    """R13: by the office's calendar."""
    host = hire(is_cleared=False)
    host.qualify(cleared_on=LONG_AGO, clearance_expires_on="2099-01-05").ok()
    for now, is_cleared in (("2099-01-06T04:59:59Z", True), ("2099-01-06T05:00:00Z", False)):
        (found,) = [entry for entry in walk(coordinator, PATH, params={"limit": 100}, now=now) if entry["account_id"] == host.id]
        assert found["is_cleared"] is is_cleared


def test_coordinators_hand_groups_to_each_other(coordinator, administrator):
    """S0.24: they are listed as well, with what they need to lead, which nobody needs to coordinate."""
    colleague = listed(coordinator, role="coordinator")[OTHER_COORDINATOR]
    assert (colleague["is_cleared"], len(colleague["modules_missing"]), colleague["education"]) == (False, 9, None)
    leads = listed(coordinator)[COORDINATOR]
    assert (leads["is_cleared"], leads["modules_missing"], leads["designation"], leads["education"]) == (True, [], None, "social_work")
    group = Group(coordinator, service(administrator))
    moves = {"to_account_id": colleague["account_id"], "reason": "other", "work": {"kind": "group", "id": group.id}}
    assert coordinator.post(f"/v1/colleagues/{COORDINATOR}/hand-over", moves).ok()["left"] == []
    assert COORDINATOR in listed(coordinator)


def test_who_is_found_can_be_assigned(coordinator, administrator, hire):
    """From the list to the group, without knowing anybody's account."""
    hire()
    group = Group(coordinator, service(administrator))
    fit = [
        entry for entry in listed(coordinator, role="peer_supporter", language="en").values()
        if entry["is_cleared"] and entry["modules_missing"] == []
    ]  # fmt: skip
    body = {"account_id": fit[0]["account_id"], "slot": "peer_supporter"}
    assert coordinator.post(f"{group.path}/host-assignments", body).created()["alias"] == fit[0]["alias"]


def test_the_list_finds_by_role_language_and_region(coordinator, hire):
    quebec, everywhere, french = hire(is_cleared=False), hire(), hire("mental_health_professional", languages=("fr",))
    quebec.qualify(cleared_on=LONG_AGO, regions=["QC"]).ok()
    ours = {quebec.id, everywhere.id, french.id}

    def found(**params):
        return ours & set(listed(coordinator, **params))

    assert found() == ours
    assert found(role="peer_supporter") == {quebec.id, everywhere.id} and found(role=["mental_health_professional", "coordinator"]) == {
        french.id
    }
    assert found(language="en") == {quebec.id, everywhere.id} and found(language="fr") == ours
    assert found(region="QC") == ours and found(region="BC") == {everywhere.id, french.id}, "who names no region serves each"
    assert found(role="peer_supporter", language="fr", region="ON") == {everywhere.id}
    for bad in ({"role": "peer"}, {"language": "de"}, {"region": "Quebec"}, {"limit": 0}, {"cursor": "x"}, {"alias": "Robin"}):
        coordinator.get(PATH, params=bad).problem(400, "bad-parameter").fault(next(iter(bad)))


def test_in_order_of_their_names_page_by_page(coordinator, hire):
    made = [hire() for _ in range(3)]
    whole = walk(coordinator, PATH, params={"limit": 100})
    assert walk(coordinator, PATH, params={"limit": 2}) == whole
    names = [(entry["alias"] or "").lower() for entry in whole]
    assert names == sorted(names) and {host.id for host in made} <= {entry["account_id"] for entry in whole}


def test_f9_names_are_in_order_as_people_read_them(coordinator, administrator, hire):
    """F9: é beside e, small beside capital; in French the last accent decides, in English the first. Page by page as well."""
    word = unique("O").replace(" ", "")
    given = ["coté", "Zoé", "Élan", "alpha", "côte", "œuvre", "Bravo", "cote", "ÉTÉ", "côté", "Ève"]
    made = {}
    for alias in given:
        host = hire()
        administrator.patch(host.path, {"alias": f"{word} {alias}"}, if_match="*").ok()
        made[host.id] = alias
    accents = {"en": ["cote", "coté", "côte", "côté"], "fr": ["cote", "côte", "coté", "côté"]}
    for language, four in accents.items():
        for limit in (100, 3):
            listed = walk(coordinator, PATH, params={"limit": limit}, language=language)
            seen = [made[entry["account_id"]] for entry in listed if entry["account_id"] in made]
            assert seen == ["alpha", "Bravo", *four, "Élan", "ÉTÉ", "Ève", "œuvre", "Zoé"], (language, limit)


def test_only_those_with_whom_one_plans(coordinator, administrator, hire, db):
    """R2: no peer, nobody of the line or the administration; whoever has left is gone."""
    host = hire()
    roles = {entry["role"] for entry in listed(coordinator).values()}
    assert roles == {"peer_supporter", "mental_health_professional", "coordinator"} and host.id in listed(coordinator)
    administrator.patch(host.path, {"is_active": False}, if_match="*").ok()
    assert host.id not in listed(coordinator)
    kept = db.execute("select count(*) from audit_events where object_type = 'colleague' and account_id = %s", (COORDINATOR,))
    assert kept.fetchone()[0] >= 3


def test_it_is_the_coordinators(client, hire):
    for who in (hire().client, hire("mental_health_professional").client, client("peer"), client("line"), client("administrator")):
        who.get(PATH).problem(403, "forbidden")
