"""pairing: how somebody's own key comes into her pane, and the panes that have it"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pairings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("firm_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("pairing", sa.String(length=22), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("tag", sa.String(length=43), nullable=False),
        sa.Column("program", sa.String(length=8), nullable=False),
        sa.Column("platform", sa.String(length=8), nullable=False),
        sa.Column("browser_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answer_hash", sa.String(length=43), nullable=True),
        sa.Column("pane_id", sa.String(length=22), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firms.id"], name=op.f("fk_pairings_firm_id_firms")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_pairings_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairings")),
        sa.UniqueConstraint("firm_id", "person_id", "pairing", name="uq_pairings_pairing"),
    )
    op.create_table(
        "panes",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("firm_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=43), nullable=False),
        sa.Column("program", sa.String(length=8), nullable=False),
        sa.Column("platform", sa.String(length=8), nullable=False),
        sa.Column("browser_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("share_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firms.id"], name=op.f("fk_panes_firm_id_firms")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_panes_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panes")),
    )
    op.create_index("ix_panes_person", "panes", ["firm_id", "person_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_panes_person", table_name="panes")
    op.drop_table("panes")
    op.drop_table("pairings")
