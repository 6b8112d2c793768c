"""movements and blueprints."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("processing_status", sa.Column("stage", sa.Text(), nullable=True))
    op.create_table(
        "blueprint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Text(), server_default="default", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("mapping_data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blueprint")),
    )
    op.create_index(
        op.f("ix_blueprint_owner_id_created_at_id"),
        "blueprint",
        ["owner_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "camera",
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("position", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("orientation", sa.Double(), nullable=False),
        sa.Column("fov_angle", sa.Double(), nullable=False),
        sa.Column("fov_range", sa.Double(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("owner_id", "camera_id", name=op.f("pk_camera")),
    )
    op.create_table(
        "movement_dead_letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("owner_id", sa.Text(), server_default="default", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement_dead_letter")),
        sa.UniqueConstraint("digest", name=op.f("uq_movement_dead_letter_digest")),
    )
    op.create_index(
        op.f("ix_movement_dead_letter_owner_id_id"),
        "movement_dead_letter",
        ["owner_id", "id"],
        unique=False,
    )
    op.create_table(
        "movement_log",
        sa.Column("event_day", sa.Date(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("track_id", sa.BigInteger(), nullable=False),
        sa.Column("bbox", postgresql.ARRAY(sa.Double()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("event_day", "event_id", "owner_id", name=op.f("pk_movement_log")),
        postgresql_partition_by="RANGE (event_day)",
    )
    # What no day's partition takes is kept, and counted by a metric.
    op.execute("CREATE TABLE movement_log_default PARTITION OF movement_log DEFAULT")
    op.create_index(
        op.f("ix_movement_log_owner_id_occurred_at_event_id"),
        "movement_log",
        ["owner_id", "occurred_at", "event_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_movement_log_owner_id_store_occurred_at"),
        "movement_log",
        ["owner_id", "store", "occurred_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_movement_log_owner_id_user_id_occurred_at"),
        "movement_log",
        ["owner_id", "user_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "store",
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("polygon", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_mapped", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("matrix", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("owner_id", "store_id", name=op.f("pk_store")),
    )
    op.create_table(
        "blueprint_application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Text(), server_default="default", nullable=False),
        sa.Column("blueprint_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["blueprint_id"],
            ["blueprint.id"],
            name=op.f("fk_blueprint_application_blueprint_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blueprint_application")),
    )
    op.create_index(
        op.f("ix_blueprint_application_owner_id_created_at"),
        "blueprint_application",
        ["owner_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "blueprint_version",
        sa.Column("blueprint_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("mapping_data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["blueprint_id"],
            ["blueprint.id"],
            name=op.f("fk_blueprint_version_blueprint_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("blueprint_id", "version", name=op.f("pk_blueprint_version")),
    )


def downgrade() -> None:
    op.drop_column("processing_status", "stage")
    op.drop_table("blueprint_version")
    op.drop_index(
        op.f("ix_blueprint_application_owner_id_created_at"), table_name="blueprint_application"
    )
    op.drop_table("blueprint_application")
    op.drop_table("store")
    op.drop_index(op.f("ix_movement_log_owner_id_user_id_occurred_at"), table_name="movement_log")
    op.drop_index(op.f("ix_movement_log_owner_id_store_occurred_at"), table_name="movement_log")
    op.drop_index(op.f("ix_movement_log_owner_id_occurred_at_event_id"), table_name="movement_log")
    op.drop_table("movement_log")
    op.drop_index(op.f("ix_movement_dead_letter_owner_id_id"), table_name="movement_dead_letter")
    op.drop_table("movement_dead_letter")
    op.drop_table("camera")
    op.drop_index(op.f("ix_blueprint_owner_id_created_at_id"), table_name="blueprint")
    op.drop_table("blueprint")
