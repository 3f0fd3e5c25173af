# SPDX-License-Identifier: MIT
"""The ring of real identity providers. One that cannot be had is skipped, with the reason: it is not ours."""

import pytest
from conftest import ROOT
from harness.keycloak import CannotBeHad


@pytest.fixture(scope="session")
def have_provider(tmp_path_factory):
    """have_provider(kind): a started one."""
    started = []

    def have(kind):
        try:
            started.append(kind(ROOT / "build" / "providers", tmp_path_factory.mktemp("provider")))
        except CannotBeHad as error:
            pytest.skip(str(error))
        return started[-1]

    yield have
    for provider in started:
        provider.stop()
