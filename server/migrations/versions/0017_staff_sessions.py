"""sessions of staff at the portal, and the sign-ins at Entra that made them"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sessions",
        sa.Column("kind", sa.String(length=8), nullable=False, server_default="client"),
    )
    op.create_table(
        "staff_sign_ins",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("firm_id", sa.String(length=32), nullable=False),
        sa.Column("request_index", sa.String(length=43), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firms.id"], name=op.f("fk_staff_sign_ins_firm_id_firms")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_staff_sign_ins_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sign_ins")),
    )


def downgrade() -> None:
    op.drop_table("staff_sign_ins")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("kind")
