"""the key log: entries, hashes of subtrees, salts, the present checkpoint"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'key_logs',
        sa.Column('firm_id', sa.String(length=32), nullable=False),
        sa.Column('origin', sa.String(length=255), nullable=False),
        sa.Column('size', sa.BigInteger(), nullable=False),
        sa.Column('checkpoint', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_key_logs_firm_id_firms')),
        sa.PrimaryKeyConstraint('firm_id', name=op.f('pk_key_logs')),
    )
    op.create_table(
        'key_log_entries',
        sa.Column('firm_id', sa.String(length=32), nullable=False),
        sa.Column('position', sa.BigInteger(), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_key_log_entries_firm_id_firms')),
        sa.PrimaryKeyConstraint('firm_id', 'position', name=op.f('pk_key_log_entries')),
    )
    op.create_index('ix_key_log_entries_person', 'key_log_entries', ['firm_id', 'person_id', 'position'], unique=False)
    op.create_table(
        'key_log_hashes',
        sa.Column('firm_id', sa.String(length=32), nullable=False),
        sa.Column('level', sa.Integer(), nullable=False),
        sa.Column('position', sa.BigInteger(), nullable=False),
        sa.Column('hash', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_key_log_hashes_firm_id_firms')),
        sa.PrimaryKeyConstraint('firm_id', 'level', 'position', name=op.f('pk_key_log_hashes')),
    )
    op.create_table(
        'key_log_salts',
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('firm_id', sa.String(length=32), nullable=False),
        sa.Column('sealed', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_key_log_salts_firm_id_firms')),
        sa.PrimaryKeyConstraint('person_id', name=op.f('pk_key_log_salts')),
    )


def downgrade() -> None:
    for name in ('key_log_salts', 'key_log_hashes', 'key_log_entries', 'key_logs'):
        op.drop_table(name)
