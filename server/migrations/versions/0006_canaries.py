"""canaries: which master key opens this database"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'canaries',
        sa.Column('firm_id', sa.String(length=32), nullable=False),
        sa.Column('sealed', sa.LargeBinary(), nullable=False),
        sa.Column('made', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_canaries_firm_id_firms')),
        sa.PrimaryKeyConstraint('firm_id', name=op.f('pk_canaries')),
    )


def downgrade() -> None:
    op.drop_table('canaries')
