"""Which store does a test of dying processes run on?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.soak.databases import fresh_database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database, or "": SQLite in the control plane's own folder."""
    if request.param == "sqlite":
        yield ""
    else:
        with fresh_database(request.getfixturevalue("postgres_server")) as url:
            yield url
