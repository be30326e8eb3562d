"""Which tables did Leverframe begin with?"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, and the triggers that keep the audit log as it is."""
    _make_tables()
    statements = _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def _make_tables() -> None:
    op.create_table(
        "audit_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoints")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=True),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("leaf", name=op.f("uq_audit_entries_leaf")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entries_act_id", "audit_entries", ["act", "id"], unique=False)
    op.create_index("ix_audit_entries_actor_id", "audit_entries", ["actor", "id"], unique=False)
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"], unique=False)
    op.create_index("ix_audit_entries_object_id", "audit_entries", ["object", "id"], unique=False)
    op.create_index(
        "ix_audit_entries_unnumbered",
        "audit_entries",
        ["id"],
        unique=False,
        sqlite_where=sa.text("leaf IS NULL"),
        postgresql_where=sa.text("leaf IS NULL"),
    )
    op.create_table(
        "audit_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_audit_nodes")),
    )
    op.create_table(
        "audit_tree",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_tree")),
    )
    op.create_table(
        "change_numbers",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_change_numbers")),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sa.UniqueConstraint("ordinal", name=op.f("uq_changes_ordinal")),
    )
    op.create_index(op.f("ix_changes_author"), "changes", ["author"], unique=False)
    op.create_index(op.f("ix_changes_filed_at"), "changes", ["filed_at"], unique=False)
    op.create_index(op.f("ix_changes_state"), "changes", ["state"], unique=False)
    op.create_table(
        "change_targets",
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["change"], ["changes.id"], name=op.f("fk_change_targets_change")),
        sa.PrimaryKeyConstraint("change", "target", name=op.f("pk_change_targets")),
    )
    op.create_index(op.f("ix_change_targets_target"), "change_targets", ["target"], unique=False)
    op.create_table(
        "ramp_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("share_percent", sa.Float(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["change"], ["changes.id"], name=op.f("fk_ramp_steps_change")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ramp_steps")),
    )
    op.create_index(op.f("ix_ramp_steps_at"), "ramp_steps", ["at"], unique=False)
    op.create_index(op.f("ix_ramp_steps_change"), "ramp_steps", ["change"], unique=False)
    op.create_table(
        "ramps",
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(), server_default="", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), server_default="0", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["change"], ["changes.id"], name=op.f("fk_ramps_change")),
        sa.PrimaryKeyConstraint("change", name=op.f("pk_ramps")),
    )
    op.create_index("ix_ramps_state_due_at", "ramps", ["state", "due_at"], unique=False)
    op.create_index(
        "uq_ramps_target_active",
        "ramps",
        ["target"],
        unique=True,
        sqlite_where=sa.text("state = 'ramping'"),
        postgresql_where=sa.text("state = 'ramping'"),
    )


_ONLY_NUMBERED = "audit entries are only appended to; the sequencer alone numbers them, once"
_ONLY_APPENDED = "audit checkpoints and nodes are only appended to"

_SQLITE = (
    f"""create trigger audit_entries_keep before update on audit_entries
    when old.leaf is not null or new.leaf is null or new.leaf_hash is null
      or new.id is not old.id or new.at is not old.at or new.actor is not old.actor
      or new.act is not old.act or new.object is not old.object or new.body is not old.body
    begin select raise(abort, '{_ONLY_NUMBERED}'); end""",
    f"""create trigger audit_entries_stay before delete on audit_entries
    begin select raise(abort, '{_ONLY_NUMBERED}'); end""",
    *(
        f"""create trigger {table}_{name} before {act} on {table}
        begin select raise(abort, '{_ONLY_APPENDED}'); end"""
        for table in ("audit_checkpoints", "audit_nodes")
        for name, act in (("keep", "update"), ("stay", "delete"))
    ),
)

_POSTGRESQL = (
    f"""create function audit_refuse() returns trigger language plpgsql as
    $$ begin raise exception '{_ONLY_APPENDED}'; end $$""",
    f"""create function audit_refuse_entry() returns trigger language plpgsql as
    $$ begin raise exception '{_ONLY_NUMBERED}'; end $$""",
    """create trigger audit_entries_keep before update on audit_entries for each row
    when (old.leaf is not null or new.leaf is null or new.leaf_hash is null
      or (new.id, new.at, new.actor, new.act, new.object, new.body)
         is distinct from (old.id, old.at, old.actor, old.act, old.object, old.body))
    execute function audit_refuse_entry()""",
    """create trigger audit_entries_stay before delete or truncate on audit_entries for each statement
    execute function audit_refuse_entry()""",
    *(
        f"""create trigger {table}_stay before update or delete or truncate on {table} for each statement
        execute function audit_refuse()"""
        for table in ("audit_checkpoints", "audit_nodes")
    ),
)
