"""How does the schema come to this version of Leverframe?

Alembic's migrations are part of the package and run by the program itself: there is no alembic.ini.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

_LOCK = 0x1E7E4F4A
"""The number of PostgreSQL's advisory lock that keeps two processes from migrating at once."""


def upgrade(connection: Connection) -> None:
    """Run what is missing, in the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for one open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
