"""What is wrong with a request about blueprints, stores and cameras."""

import uuid
from collections.abc import Sequence

from stenofleet_api.problems import ProblemError

_SHOWN_APPLICATIONS = 5


class BlueprintNotFound(ProblemError):  # noqa: N818 - named as the problem is
    """There is no blueprint with this id."""

    slug, title, status = "blueprint-not-found", "No such blueprint", 404

    def __init__(self, blueprint_id: uuid.UUID) -> None:
        """Names the blueprint."""
        super().__init__(f"There is no blueprint {blueprint_id}; GET /api/blueprints/ lists yours.")


class VersionNotFound(ProblemError):  # noqa: N818 - named as the problem is
    """The blueprint has no such version."""

    slug, title, status = "blueprint-version-not-found", "No such version", 404

    def __init__(self, blueprint_id: uuid.UUID, version: int) -> None:
        """Names the version."""
        super().__init__(
            f"The blueprint has no version {version}; "
            f"GET /api/blueprints/{blueprint_id}/versions/ lists them."
        )


class BlueprintInactive(ProblemError):  # noqa: N818 - named as the problem is
    """A blueprint that is not active cannot be applied."""

    slug, title, status = "blueprint-inactive", "The blueprint is not active", 400

    def __init__(self, blueprint_id: uuid.UUID) -> None:
        """Says how it becomes active again."""
        super().__init__(
            f"The blueprint {blueprint_id} was deleted; expected an active one. "
            'PUT {"is_active": true} brings it back.'
        )


class ApplicationNotFound(ProblemError):  # noqa: N818 - named as the problem is
    """Nothing was applied under this id."""

    slug, title, status = "application-not-found", "No such application", 404

    def __init__(self, application_id: uuid.UUID) -> None:
        """Names the application."""
        super().__init__(
            f"There is no application {application_id}; "
            "GET /api/blueprints/applications/ lists yours."
        )


class AlreadyUndone(ProblemError):  # noqa: N818 - named as the problem is
    """What was applied was undone before."""

    slug, title, status = "already-undone", "It was undone before", 409

    def __init__(self, application_id: uuid.UUID) -> None:
        """Names the application."""
        super().__init__(f"The application {application_id} was undone before; nothing is changed.")


class AppliedAfter(ProblemError):  # noqa: N818 - named as the problem is
    """Something was applied after it, and would be undone with it."""

    slug, title, status = "applied-after", "Something was applied after it", 409

    def __init__(self, newer: Sequence[uuid.UUID]) -> None:
        """Names what must be undone before, newest first."""
        named = ", ".join(map(str, newer[:_SHOWN_APPLICATIONS]))
        more = ", ..." if len(newer) > _SHOWN_APPLICATIONS else ""
        super().__init__(
            f"Expected the newest application; undo first, in this order: {named}{more}.",
            applications=[str(each) for each in newer],
        )


class PlanTooLarge(ProblemError):  # noqa: N818 - named as the problem is
    """There would be more stores or cameras than an owner may have."""

    slug, title, status = "plan-too-large", "There would be too many stores or cameras", 409

    def __init__(self, what: str, most: int, got: int) -> None:
        """Says how many."""
        super().__init__(
            f"Expected at most {most} {what} once it is applied, got {got}; nothing is changed. "
            "Mode replace removes what the blueprint does not name."
        )


class StoreNotFound(ProblemError):  # noqa: N818 - named as the problem is
    """There is no store with this id."""

    slug, title, status = "store-not-found", "No such store", 404

    def __init__(self, store_id: str) -> None:
        """Names the store."""
        super().__init__(f"There is no store {store_id!r}; GET /api/stores/ lists yours.")


class CameraNotFound(ProblemError):  # noqa: N818 - named as the problem is
    """There is no camera with this id."""

    slug, title, status = "camera-not-found", "No such camera", 404

    def __init__(self, camera_id: str) -> None:
        """Names the camera."""
        super().__init__(f"There is no camera {camera_id!r}; GET /api/cameras/ lists yours.")
