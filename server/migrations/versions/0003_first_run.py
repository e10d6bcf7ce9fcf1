"""facts, and a firm's first run"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'facts',
        sa.Column('name', sa.String(length=64), nullable=False),
        sa.Column('value', sa.String(length=255), nullable=False),
        sa.Column('noted', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_facts')),
    )
    op.create_table(
        'setup_keys',
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.Column('firm_id', sa.String(length=32), nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('expires', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_setup_keys_firm_id_firms')),
        sa.PrimaryKeyConstraint('hash', name=op.f('pk_setup_keys')),
    )
    with op.batch_alter_table('firms', schema=None) as batch_op:
        batch_op.add_column(sa.Column('opened', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('admin', sa.String(length=320), server_default='', nullable=False))
        batch_op.add_column(sa.Column('record', sa.String(length=8), server_default='', nullable=False))
        batch_op.add_column(sa.Column('policies', sa.JSON(), server_default='{}', nullable=False))
        batch_op.add_column(sa.Column('first_run', sa.JSON(), server_default='{}', nullable=False))
    op.execute('UPDATE firms SET opened = created')


def downgrade() -> None:
    with op.batch_alter_table('firms', schema=None) as batch_op:
        batch_op.drop_column('first_run')
        batch_op.drop_column('policies')
        batch_op.drop_column('record')
        batch_op.drop_column('admin')
        batch_op.drop_column('opened')
    op.drop_table('setup_keys')
    op.drop_table('facts')
