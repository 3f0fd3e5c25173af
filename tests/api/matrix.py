# SPDX-License-Identifier: MIT
"""Objects that a role must not see, for the role matrix: path parameter -> maker of {role: id}.

A maker gets as_role(role, account) -> client, and the superuser's connection. A role that may see every object of a kind
is left out; a parameter with an empty answer is one whose objects nobody is kept from."""

import uuid

OTHER_LINE = "00000000-0000-4000-8000-000000000105"


def referrals(as_role, db):
    """The line sees its own referrals only."""
    return {}


HIDDEN = {
    "referral_id": referrals,
}
