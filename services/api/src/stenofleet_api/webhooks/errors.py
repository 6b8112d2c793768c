"""What is wrong with a request about webhooks."""

import uuid

from stenofleet_api.problems import FieldError, InvalidRequest, ProblemError, shown


class WebhookNotFound(ProblemError):  # noqa: N818 - named as the problem is
    """There is no webhook with this id."""

    slug, title, status = "webhook-not-found", "No such webhook", 404

    def __init__(self, webhook_id: uuid.UUID) -> None:
        """Names the webhook."""
        super().__init__(f"There is no webhook {webhook_id}; GET /api/v1/webhooks lists yours.")


class DeliveryNotFound(ProblemError):  # noqa: N818 - named as the problem is
    """There is no delivery with this id."""

    slug, title, status = "delivery-not-found", "No such delivery", 404

    def __init__(self, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> None:
        """Names the delivery."""
        super().__init__(
            f"There is no delivery {delivery_id}; GET /api/v1/webhooks/{webhook_id}/deliveries "
            "lists them."
        )


class TooManyWebhooks(ProblemError):  # noqa: N818 - named as the problem is
    """The owner has as many webhooks as there may be."""

    slug, title, status = "too-many-webhooks", "There are too many webhooks", 409

    def __init__(self, most: int) -> None:
        """Names the limit."""
        super().__init__(
            f"Expected at most {most} webhooks for one owner, or for one session; delete one first."
        )


class WrongUrl(InvalidRequest):
    """Messages may not be sent to this URL."""

    def __init__(self, expected: str, url: str) -> None:
        """Names the field as the body's other errors do."""
        super().__init__([FieldError(field="body.url", expected=expected, got=shown(repr(url)))])
