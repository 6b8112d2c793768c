"""The tables, a module for each subject.

Names are in the singular; what a user reads has an owner.
"""

from stenofleet.db.models.access import ApiKey, IdempotencyKey, TranscriptionRequest
from stenofleet.db.models.base import DEFAULT_OWNER, Base
from stenofleet.db.models.blueprints import (
    Blueprint,
    BlueprintApplication,
    BlueprintVersion,
    Camera,
    Store,
)
from stenofleet.db.models.jobs import Outbox, TranscriptionOperation, TranscriptionWindow
from stenofleet.db.models.movement import MovementDeadLetter, MovementLog
from stenofleet.db.models.sessions import ProcessingStatus, TranscriptionSession, Upload
from stenofleet.db.models.transcripts import Segment, SegmentEdit, SegmentRole, SessionRole
from stenofleet.db.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "DEFAULT_OWNER",
    "ApiKey",
    "Base",
    "Blueprint",
    "BlueprintApplication",
    "BlueprintVersion",
    "Camera",
    "IdempotencyKey",
    "MovementDeadLetter",
    "MovementLog",
    "Outbox",
    "ProcessingStatus",
    "Segment",
    "SegmentEdit",
    "SegmentRole",
    "SessionRole",
    "Store",
    "TranscriptionOperation",
    "TranscriptionRequest",
    "TranscriptionSession",
    "TranscriptionWindow",
    "Upload",
    "Webhook",
    "WebhookDelivery",
]
