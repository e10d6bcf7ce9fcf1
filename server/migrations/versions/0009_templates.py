"""templates: letters, signatures and the firm's line"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'templates',
        sa.Column('id', sa.String(length=22), nullable=False),
        sa.Column('firm_id', sa.String(length=32), nullable=False),
        sa.Column('owner_id', sa.String(length=32), nullable=True),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('language', sa.String(length=8), nullable=False),
        sa.Column('body', sa.Text(), nullable=False),
        sa.Column('placing', sa.JSON(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('changed', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_templates_firm_id_firms')),
        sa.ForeignKeyConstraint(['owner_id'], ['persons.id'], name=op.f('fk_templates_owner_id_persons')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_templates')),
    )
    op.create_index('ix_templates_owner', 'templates', ['firm_id', 'owner_id', 'kind'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_templates_owner', table_name='templates')
    op.drop_table('templates')
