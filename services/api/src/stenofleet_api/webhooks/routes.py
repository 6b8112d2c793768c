"""Routes of webhooks."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Response
from stenofleet.webhooks import DeliveryState

from stenofleet_api.idempotency.route import IdempotentRoute
from stenofleet_api.problems import (
    BodyTooLarge,
    MalformedRequest,
    ServiceUnavailable,
    documented,
)
from stenofleet_api.sessions.errors import SessionNotFound
from stenofleet_api.webhooks.errors import DeliveryNotFound, TooManyWebhooks, WebhookNotFound
from stenofleet_api.webhooks.schemas import (
    CreatedWebhook,
    DeliveryPage,
    DeliveryView,
    NewWebhook,
    WebhookView,
)
from stenofleet_api.webhooks.service import Webhooks

MAX_OFFSET = 2**31 - 1
PATH = "/api/v1/webhooks"
OF_SESSION = "/api/v1/sessions/{session_id}/webhooks"

router = APIRouter(tags=["webhooks"], route_class=IdempotentRoute)


@router.post(
    PATH,
    status_code=201,
    summary="Hear of all sessions",
    responses=documented(MalformedRequest, TooManyWebhooks, BodyTooLarge, ServiceUnavailable),
)
def create(new: NewWebhook, webhooks: Webhooks) -> CreatedWebhook:
    """Tells a URL of all your sessions; the answer alone shows the secret."""
    return CreatedWebhook.model_validate(webhooks.create(new))


@router.get(PATH, summary="List webhooks", responses=documented(ServiceUnavailable))
def list_webhooks(webhooks: Webhooks) -> list[WebhookView]:
    """Those that hear of all your sessions, oldest first."""
    return [WebhookView.model_validate(each) for each in webhooks.listed()]


@router.get(
    f"{PATH}/{{webhook_id}}",
    summary="Read a webhook",
    responses=documented(WebhookNotFound, ServiceUnavailable),
)
def get(webhook_id: uuid.UUID, webhooks: Webhooks) -> WebhookView:
    """One webhook, of a session or of all."""
    return WebhookView.model_validate(webhooks.get(webhook_id))


@router.delete(
    f"{PATH}/{{webhook_id}}",
    status_code=204,
    summary="Delete a webhook",
    responses=documented(WebhookNotFound, ServiceUnavailable),
)
def remove(webhook_id: uuid.UUID, webhooks: Webhooks) -> Response:
    """Deletes it, and its deliveries with it."""
    webhooks.remove(webhook_id)
    return Response(status_code=204)


@router.post(
    OF_SESSION,
    status_code=201,
    summary="Hear of one session",
    responses=documented(
        MalformedRequest, SessionNotFound, TooManyWebhooks, BodyTooLarge, ServiceUnavailable
    ),
)
def create_for_session(
    session_id: uuid.UUID, new: NewWebhook, webhooks: Webhooks
) -> CreatedWebhook:
    """Tells a URL of this session; the webhook goes with it."""
    return CreatedWebhook.model_validate(webhooks.create(new, session_id))


@router.get(
    OF_SESSION,
    summary="List a session's webhooks",
    responses=documented(SessionNotFound, ServiceUnavailable),
)
def list_of_session(session_id: uuid.UUID, webhooks: Webhooks) -> list[WebhookView]:
    """Those that hear of this session alone, oldest first."""
    return [WebhookView.model_validate(each) for each in webhooks.listed(session_id)]


@router.post(
    f"{PATH}/{{webhook_id}}/ping",
    status_code=202,
    summary="Send a test message",
    responses=documented(WebhookNotFound, ServiceUnavailable),
)
def ping(webhook_id: uuid.UUID, webhooks: Webhooks) -> DeliveryView:
    """Sends the event `webhook.ping` soon; its delivery tells what came of it."""
    return DeliveryView.model_validate(webhooks.ping(webhook_id))


@router.get(
    f"{PATH}/{{webhook_id}}/deliveries",
    summary="List deliveries",
    responses=documented(WebhookNotFound, ServiceUnavailable),
)
def deliveries(
    webhook_id: uuid.UUID,
    webhooks: Webhooks,
    state: DeliveryState | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
) -> DeliveryPage:
    """What was, is or will be sent, newest first."""
    found, total = webhooks.deliveries(webhook_id, state, limit, offset)
    items = [DeliveryView.model_validate(each) for each in found]
    return DeliveryPage(items=items, total=total, limit=limit, offset=offset)


@router.post(
    f"{PATH}/{{webhook_id}}/deliveries/{{delivery_id}}/replay",
    status_code=202,
    summary="Send again",
    responses=documented(WebhookNotFound, DeliveryNotFound, ServiceUnavailable),
)
def replay(webhook_id: uuid.UUID, delivery_id: uuid.UUID, webhooks: Webhooks) -> DeliveryView:
    """Sends the same message, under the same id, again."""
    return DeliveryView.model_validate(webhooks.replay(webhook_id, delivery_id))
