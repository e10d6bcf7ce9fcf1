"""keys that their owners hold: keyslots, enrolments, challenges; old identities sealed to new keys"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('keys', sa.Column('wrapped', sa.LargeBinary(), nullable=True))
    op.add_column('keys', sa.Column('wrapped_to', sa.String(length=43), nullable=True))
    op.create_table(
        'keyslots',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('firm_id', sa.String(length=32), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('slot', sa.String(length=22), nullable=False),
        sa.Column('enrolment_id', sa.String(length=22), nullable=True),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('credential', sa.String(length=43), nullable=True),
        sa.Column('text_sealed', sa.LargeBinary(), nullable=False),
        sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
        sa.Column('created', sa.BigInteger(), nullable=False),
        sa.Column('used', sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_keyslots_firm_id_firms')),
        sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_keyslots_person_id_persons')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_keyslots')),
        sa.UniqueConstraint('firm_id', 'person_id', 'slot', name='uq_keyslots_slot'),
    )
    op.create_index('ix_keyslots_enrolment', 'keyslots', ['firm_id', 'enrolment_id'], unique=False)
    op.create_table(
        'enrolments',
        sa.Column('id', sa.String(length=22), nullable=False),
        sa.Column('firm_id', sa.String(length=32), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('recipient', sa.LargeBinary(), nullable=False),
        sa.Column('signing_key', sa.LargeBinary(), nullable=False),
        sa.Column('challenge', sa.LargeBinary(), nullable=False),
        sa.Column('answer', sa.String(length=43), nullable=False),
        sa.Column('old', sa.JSON(), nullable=False),
        sa.Column('created', sa.BigInteger(), nullable=False),
        sa.Column('expires', sa.BigInteger(), nullable=False),
        sa.Column('completed', sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_enrolments_firm_id_firms')),
        sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_enrolments_person_id_persons')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolments')),
    )
    op.create_index('ix_enrolments_person', 'enrolments', ['firm_id', 'person_id'], unique=False)
    op.create_table(
        'key_challenges',
        sa.Column('id', sa.String(length=22), nullable=False),
        sa.Column('firm_id', sa.String(length=32), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('fingerprint', sa.String(length=43), nullable=False),
        sa.Column('answer', sa.String(length=43), nullable=False),
        sa.Column('expires', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_key_challenges_firm_id_firms')),
        sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_key_challenges_person_id_persons')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_key_challenges')),
    )
    op.create_index('ix_key_challenges_person', 'key_challenges', ['firm_id', 'person_id'], unique=False)


def downgrade() -> None:
    for name in ('key_challenges', 'enrolments', 'keyslots'):
        op.drop_table(name)
    with op.batch_alter_table('keys', schema=None) as batch_op:
        batch_op.drop_column('wrapped_to')
        batch_op.drop_column('wrapped')
