# SPDX-License-Identifier: MIT
"""The journey of tests/clients with the client that openapi-python-client makes."""

import os
from uuid import UUID, uuid4

from client import AuthenticatedClient
from client.api.groups import groups_create, groups_list, groups_read, services_list
from client.models import Group, GroupNew, GroupState, Language, ListedGroupPage, Problem, Series, ServicePage, ServiceState
from client.types import UNSET, Unset

api = AuthenticatedClient(base_url=os.environ["API"], token=os.environ["TOKEN"], raise_on_unexpected_status=True)

services = services_list.sync(client=api, state=[ServiceState.AVAILABLE])
assert isinstance(services, ServicePage)
service = services.data[0]
assert service.state is ServiceState.AVAILABLE


def create(key: UUID) -> Group:
    series = Series(local_start="2027-01-12T18:30", count=service.max_sessions)
    made = groups_create.sync(
        client=api, body=GroupNew(service_id=service.id, language=Language.FR, series=series), idempotency_key=str(key)
    )
    assert isinstance(made, Group)
    return made


key = uuid4()
group, again, other = create(key), create(key), create(uuid4())
assert group.state is GroupState.DRAFT
assert again.id == group.id != other.id
assert groups_read.sync(group.id, client=api) == group

seen: list[UUID] = []
pages = 0
cursor: str | Unset | None = UNSET
while cursor is not None:
    page = groups_list.sync(client=api, state=[GroupState.DRAFT, GroupState.RECRUITING], limit=1, cursor=cursor)
    assert isinstance(page, ListedGroupPage)
    seen += [listed.id for listed in page.data]
    pages += 1
    cursor = page.page.next_cursor
assert pages > 1 and {group.id, other.id} <= set(seen)

missing = groups_read.sync(uuid4(), client=api)
assert isinstance(missing, Problem)
assert missing.status == 404 and missing.type_.endswith("not-found")

print(group.id)
