"""deliveries by state: what needs its sender is found without walking through all"""

from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_deliveries_state', 'deliveries', ['firm_id', 'kind', 'state', 'changed'], unique=False
    )


def downgrade() -> None:
    op.drop_index('ix_deliveries_state', table_name='deliveries')
