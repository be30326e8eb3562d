"""Which PostgreSQL do tests and stories ask?"""

from __future__ import annotations

import psycopg
from sqlalchemy.engine import make_url


def url_of(server: str, database: str) -> str:
    """Return the URL of one database of a server."""
    return make_url(server).set(drivername="postgresql", database=database).render_as_string(hide_password=False)


def ask(server: str, *statements: str) -> None:
    """Run statements, each by itself."""
    plain = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
