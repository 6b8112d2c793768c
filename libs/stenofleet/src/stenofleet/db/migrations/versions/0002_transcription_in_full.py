"""transcription in full."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A trusted extension: the database's owner may create it, without being a superuser.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column(
            "scopes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("rate_per_minute", sa.Integer(), nullable=True),
        sa.Column("max_upload_bytes", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_index(op.f("ix_api_key_hash"), "api_key", ["hash"], unique=True)
    op.create_index(op.f("ix_api_key_owner_id"), "api_key", ["owner_id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("owner_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(
        op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False
    )
    op.create_table(
        "session_role",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Text(), server_default="default", nullable=False),
        sa.Column("role", sa.Text(), server_default="UNKNOWN", nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_session_role_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "speaker_id", name=op.f("pk_session_role")),
    )
    op.create_table(
        "transcription_operation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("index", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("start_seconds", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("end_seconds", sa.Double(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="new", nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "next_poll_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("staged_uri", sa.Text(), nullable=True),
        sa.Column(
            "result",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_transcription_operation_session_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcription_operation")),
        sa.UniqueConstraint(
            "session_id",
            "attempt",
            "index",
            name=op.f("uq_transcription_operation_session_id_attempt_index"),
        ),
    )
    op.create_index(
        op.f("ix_transcription_operation_next_poll_at"),
        "transcription_operation",
        ["next_poll_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('new', 'running')"),
    )
    op.create_table(
        "transcription_request",
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("joined", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_transcription_request_session_id_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "hash", name=op.f("pk_transcription_request")),
    )
    op.create_index(
        op.f("ix_transcription_request_session_id"),
        "transcription_request",
        ["session_id"],
        unique=False,
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Text(), server_default="default", nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column(
            "events",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_webhook_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(
        op.f("ix_webhook_owner_id_session_id"), "webhook", ["owner_id", "session_id"], unique=False
    )
    op.create_table(
        "segment_edit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("segment_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.Text(), server_default="default", nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_segment_edit_segment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_segment_edit_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_edit")),
    )
    op.create_index(
        op.f("ix_segment_edit_segment_id_id"), "segment_edit", ["segment_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_segment_edit_session_id_id"), "segment_edit", ["session_id", "id"], unique=False
    )
    op.create_table(
        "segment_role",
        sa.Column("segment_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Text(), server_default="default", nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_segment_role_segment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_segment_role_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_segment_role")),
    )
    op.create_index(
        op.f("ix_segment_role_session_id"), "segment_role", ["session_id"], unique=False
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Text(), server_default="default", nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "next_try_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhook.id"],
            name=op.f("fk_webhook_delivery_webhook_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(
        op.f("ix_webhook_delivery_next_try_at"),
        "webhook_delivery",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        op.f("ix_webhook_delivery_webhook_id_created_at"),
        "webhook_delivery",
        ["webhook_id", "created_at"],
        unique=False,
    )
    op.add_column("outbox", sa.Column("window_index", sa.Integer(), nullable=True))
    op.add_column("outbox", sa.Column("priority", sa.Integer(), nullable=True))
    op.add_column(
        "segment",
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', content)", persisted=True),
            nullable=False,
        ),
    )
    op.create_index(
        "ix_segment_content_trigrams",
        "segment",
        ["content"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"content": "gin_trgm_ops"},
    )
    op.create_index(
        op.f("ix_segment_search"), "segment", ["search"], unique=False, postgresql_using="gin"
    )
    op.add_column(
        "session", sa.Column("priority", sa.Integer(), server_default=sa.text("6"), nullable=False)
    )
    op.add_column(
        "session",
        sa.Column(
            "options",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "session",
        sa.Column(
            "tags",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column("session", sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_session_owner_id_status_created_at_id"),
        "session",
        ["owner_id", "status", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_session_tags"), "session", ["tags"], unique=False, postgresql_using="gin"
    )
    op.add_column("transcription_window", sa.Column("task_id", sa.Text(), nullable=True))
    op.add_column(
        "transcription_window",
        sa.Column("deliveries", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("transcription_window", sa.Column("lease_owner", sa.Text(), nullable=True))
    op.add_column(
        "transcription_window",
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index(
        op.f("ix_transcription_window_state_updated_at"),
        "transcription_window",
        ["state", "updated_at"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_transcription_window_state_updated_at"),
        table_name="transcription_window",
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.drop_column("transcription_window", "lease_expires_at")
    op.drop_column("transcription_window", "lease_owner")
    op.drop_column("transcription_window", "deliveries")
    op.drop_column("transcription_window", "task_id")
    op.drop_index(op.f("ix_session_tags"), table_name="session", postgresql_using="gin")
    op.drop_index(op.f("ix_session_owner_id_status_created_at_id"), table_name="session")
    op.drop_column("session", "completed_at")
    op.drop_column("session", "tags")
    op.drop_column("session", "options")
    op.drop_column("session", "priority")
    op.drop_index(op.f("ix_segment_search"), table_name="segment", postgresql_using="gin")
    op.drop_index(
        "ix_segment_content_trigrams",
        table_name="segment",
        postgresql_using="gin",
        postgresql_ops={"content": "gin_trgm_ops"},
    )
    op.drop_column("segment", "search")
    op.drop_column("outbox", "priority")
    op.drop_column("outbox", "window_index")
    op.drop_index(op.f("ix_webhook_delivery_webhook_id_created_at"), table_name="webhook_delivery")
    op.drop_index(
        op.f("ix_webhook_delivery_next_try_at"),
        table_name="webhook_delivery",
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_table("webhook_delivery")
    op.drop_index(op.f("ix_segment_role_session_id"), table_name="segment_role")
    op.drop_table("segment_role")
    op.drop_index(op.f("ix_segment_edit_session_id_id"), table_name="segment_edit")
    op.drop_index(op.f("ix_segment_edit_segment_id_id"), table_name="segment_edit")
    op.drop_table("segment_edit")
    op.drop_index(op.f("ix_webhook_owner_id_session_id"), table_name="webhook")
    op.drop_table("webhook")
    op.drop_index(op.f("ix_transcription_request_session_id"), table_name="transcription_request")
    op.drop_table("transcription_request")
    op.drop_index(
        op.f("ix_transcription_operation_next_poll_at"),
        table_name="transcription_operation",
        postgresql_where=sa.text("state IN ('new', 'running')"),
    )
    op.drop_table("transcription_operation")
    op.drop_table("session_role")
    op.drop_index(op.f("ix_idempotency_key_created_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index(op.f("ix_api_key_owner_id"), table_name="api_key")
    op.drop_index(op.f("ix_api_key_hash"), table_name="api_key")
    op.drop_table("api_key")
