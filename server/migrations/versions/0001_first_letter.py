"""first letter"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('events',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=True),
    sa.Column('about', sa.String(length=64), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_events'))
    )
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.create_index('ix_events_about', ['firm_id', 'about'], unique=False)

    op.create_table('firms',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('tenant_id', sa.String(length=36), nullable=False),
    sa.Column('origin', sa.String(length=255), nullable=False),
    sa.Column('addin_origin', sa.String(length=255), nullable=False),
    sa.Column('domains', sa.JSON(), nullable=False),
    sa.Column('mailbox', sa.String(length=320), nullable=False),
    sa.Column('brand', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_firms')),
    sa.UniqueConstraint('addin_origin', name=op.f('uq_firms_addin_origin')),
    sa.UniqueConstraint('origin', name=op.f('uq_firms_origin')),
    sa.UniqueConstraint('tenant_id', name=op.f('uq_firms_tenant_id'))
    )
    op.create_table('idempotency_keys',
    sa.Column('id', sa.String(length=43), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('request_hash', sa.String(length=64), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('claimed_until', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_idempotency_keys'))
    )
    op.create_table('outbox',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('lane', sa.String(length=16), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('run_at', sa.BigInteger(), nullable=False),
    sa.Column('leased_until', sa.BigInteger(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_due', ['state', 'lane', 'run_at'], unique=False)

    op.create_table('keys',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('owner_id', sa.String(length=32), nullable=False),
    sa.Column('purpose', sa.String(length=16), nullable=False),
    sa.Column('custody', sa.String(length=16), nullable=False),
    sa.Column('fingerprint', sa.String(length=43), nullable=False),
    sa.Column('public', sa.LargeBinary(), nullable=False),
    sa.Column('secret_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_keys_firm_id_firms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_keys')),
    sa.UniqueConstraint('firm_id', 'fingerprint', name=op.f('uq_keys_firm_id'))
    )
    with op.batch_alter_table('keys', schema=None) as batch_op:
        batch_op.create_index('ix_keys_owner', ['firm_id', 'owner_id', 'purpose'], unique=False)

    op.create_table('persons',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('address_index', sa.String(length=43), nullable=False),
    sa.Column('address_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('entra_object_id', sa.String(length=36), nullable=True),
    sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_persons_firm_id_firms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_persons')),
    sa.UniqueConstraint('firm_id', 'address_index', name=op.f('uq_persons_firm_id')),
    sa.UniqueConstraint('firm_id', 'entra_object_id', name='uq_persons_entra')
    )
    op.create_table('threads',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('purpose', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_threads_firm_id_firms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_threads'))
    )
    op.create_table('wrapping_keys',
    sa.Column('owner_id', sa.String(length=32), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_wrapping_keys_firm_id_firms')),
    sa.PrimaryKeyConstraint('owner_id', name=op.f('pk_wrapping_keys'))
    )
    op.create_table('codes',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=True),
    sa.Column('request_index', sa.String(length=43), nullable=False),
    sa.Column('address_index', sa.String(length=43), nullable=False),
    sa.Column('browser_index', sa.String(length=43), nullable=False),
    sa.Column('network_index', sa.String(length=43), nullable=False),
    sa.Column('code_index', sa.String(length=43), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('expires', sa.BigInteger(), nullable=False),
    sa.Column('used', sa.BigInteger(), nullable=True),
    sa.Column('used_request_index', sa.String(length=43), nullable=True),
    sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_codes_firm_id_firms')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_codes_person_id_persons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_codes')),
    sa.UniqueConstraint('firm_id', 'request_index', name=op.f('uq_codes_firm_id'))
    )
    with op.batch_alter_table('codes', schema=None) as batch_op:
        batch_op.create_index('ix_codes_address', ['firm_id', 'address_index', 'created'], unique=False)
        batch_op.create_index('ix_codes_browser', ['firm_id', 'browser_index'], unique=False)
        batch_op.create_index('ix_codes_network', ['firm_id', 'network_index', 'created'], unique=False)

    op.create_table('deliveries',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('about', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.String(length=64), nullable=True),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_deliveries_firm_id_firms')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_deliveries_person_id_persons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('about', 'kind', 'channel', 'person_id', name='uq_deliveries_once')
    )
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.create_index('ix_deliveries_about', ['firm_id', 'about'], unique=False)

    op.create_table('entries',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('thread_id', sa.String(length=22), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('sender_id', sa.String(length=32), nullable=False),
    sa.Column('draft_id', sa.String(length=36), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('sealed_at', sa.BigInteger(), nullable=True),
    sa.Column('level', sa.String(length=16), nullable=True),
    sa.Column('statement_hash', sa.String(length=43), nullable=True),
    sa.Column('signed_objects', sa.JSON(), nullable=True),
    sa.Column('subject_sealed', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_entries_firm_id_firms')),
    sa.ForeignKeyConstraint(['sender_id'], ['persons.id'], name=op.f('fk_entries_sender_id_persons')),
    sa.ForeignKeyConstraint(['thread_id'], ['threads.id'], name=op.f('fk_entries_thread_id_threads')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entries')),
    sa.UniqueConstraint('sender_id', 'draft_id', name=op.f('uq_entries_sender_id'))
    )
    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.create_index('ix_entries_thread', ['firm_id', 'thread_id'], unique=False)

    op.create_table('sessions',
    sa.Column('id', sa.String(length=43), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('seen', sa.BigInteger(), nullable=False),
    sa.Column('ended', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_sessions_firm_id_firms')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_sessions_person_id_persons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sessions'))
    )
    op.create_table('token_caches',
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_token_caches_firm_id_firms')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_token_caches_person_id_persons')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_token_caches'))
    )
    op.create_table('envelopes',
    sa.Column('entry_id', sa.String(length=22), nullable=False),
    sa.Column('key', sa.String(length=43), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('file', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], name=op.f('fk_envelopes_entry_id_entries')),
    sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_envelopes_firm_id_firms')),
    sa.PrimaryKeyConstraint('entry_id', 'key', name=op.f('pk_envelopes'))
    )
    op.create_table('objects',
    sa.Column('entry_id', sa.String(length=22), nullable=False),
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=43), nullable=False),
    sa.Column('file', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], name=op.f('fk_objects_entry_id_entries')),
    sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_objects_firm_id_firms')),
    sa.PrimaryKeyConstraint('entry_id', 'id', name=op.f('pk_objects'))
    )
    op.create_table('readers',
    sa.Column('entry_id', sa.String(length=22), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('firm_id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('level', sa.String(length=16), nullable=False),
    sa.Column('key', sa.String(length=43), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], name=op.f('fk_readers_entry_id_entries')),
    sa.ForeignKeyConstraint(['firm_id'], ['firms.id'], name=op.f('fk_readers_firm_id_firms')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_readers_person_id_persons')),
    sa.PrimaryKeyConstraint('entry_id', 'position', name=op.f('pk_readers'))
    )


def downgrade() -> None:
    op.drop_table('readers')
    op.drop_table('objects')
    op.drop_table('envelopes')
    op.drop_table('token_caches')
    op.drop_table('sessions')
    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.drop_index('ix_entries_thread')

    op.drop_table('entries')
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.drop_index('ix_deliveries_about')

    op.drop_table('deliveries')
    with op.batch_alter_table('codes', schema=None) as batch_op:
        batch_op.drop_index('ix_codes_network')
        batch_op.drop_index('ix_codes_browser')
        batch_op.drop_index('ix_codes_address')

    op.drop_table('codes')
    op.drop_table('wrapping_keys')
    op.drop_table('threads')
    op.drop_table('persons')
    with op.batch_alter_table('keys', schema=None) as batch_op:
        batch_op.drop_index('ix_keys_owner')

    op.drop_table('keys')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_due')

    op.drop_table('outbox')
    op.drop_table('idempotency_keys')
    op.drop_table('firms')
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.drop_index('ix_events_about')

    op.drop_table('events')
