"""parts of uploads that a cut connection goes on with"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'upload_parts',
        sa.Column('entry_id', sa.String(length=22), nullable=False),
        sa.Column('object_id', sa.String(length=22), nullable=False),
        sa.Column('start', sa.Integer(), nullable=False),
        sa.Column('firm_id', sa.String(length=32), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=22), nullable=False),
        sa.Column('created', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], name=op.f('fk_upload_parts_entry_id_entries')),
        sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_upload_parts_firm_id_firms')),
        sa.PrimaryKeyConstraint('entry_id', 'object_id', 'start', name=op.f('pk_upload_parts')),
    )


def downgrade() -> None:
    op.drop_table('upload_parts')
