"""Every slice's tables, so that `metadata` knows them all. A new slice adds its models here."""

from server.base import canary, events, facts, idempotency, outbox
from server.events import models as event_models
from server.firms import models as firm_models
from server.firms.first_run import models as first_run_models
from server.keys import models as key_models
from server.keys.log import models as key_log_models
from server.keys.self_held import models as self_held_models
from server.keys.self_held.pairing import models as pairing_models
from server.messages import models as message_models
from server.people import models as people_models
from server.people.passkeys import models as passkey_models
from server.people.sign_ins import models as sign_in_models
from server.stationery import models as stationery_models

TABLES = (
    canary, events, facts, idempotency, outbox, event_models, firm_models, first_run_models, key_models,
    key_log_models, self_held_models, pairing_models, message_models, people_models, passkey_models, sign_in_models,
    stationery_models,
)  # fmt: skip
