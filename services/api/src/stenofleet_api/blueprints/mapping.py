"""The mapping of a blueprint: stores, cameras and how pixels become places."""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from stenofleet_api.blueprints.fields import (
    Angle,
    Label,
    Matrix,
    Name,
    Number,
    Outline,
    PlanId,
    Position,
    Positive,
    at_most,
)

MOST: Final = 1000
"""Stores, and as many cameras, of a mapping and of an owner's plan."""

EXAMPLE: Final[dict[str, Any]] = {
    "stores": {
        "store_1": {
            "name": "Bakery",
            "category": "food",
            "polygon": [[0, 0], [6, 0], [6, 4], [0, 4]],
            "is_mapped": True,
        }
    },
    "cameras": {
        "cam_1": {"position": [1, 1, 2.8], "orientation": 35, "fov_angle": 70, "fov_range": 8}
    },
    "calibration": {
        "store_matrices": {"store_1": [[0.01, 0, -1.5], [0, 0.01, -0.5], [0, 0.0001, 1]]}
    },
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MappedStore(_Part):
    """A store of a mapping."""

    name: Name
    category: Label = ""
    polygon: Outline = Field(
        description="Points `[x, y]` of its outline; kept without the first one at the end."
    )
    is_mapped: StrictBool = True


class MappedCamera(_Part):
    """A camera of a mapping."""

    position: Position = Field(description="`[x, y]` or `[x, y, z]`.")
    orientation: Number = Field(description="Degrees from the x axis towards the y axis.")
    fov_angle: Angle = Field(description="Degrees.")
    fov_range: Positive = Field(description="How far it sees, in the unit of the positions.")


class Calibration(_Part):
    """How a camera's pixels become places on the plan."""

    store_matrices: Annotated[dict[PlanId, Matrix], at_most(MOST)] = Field(
        description="3 x 3, by the store's id; a store without one is not calibrated."
    )


class Mapping(_Part):
    """Stores and cameras by their ids."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    stores: Annotated[dict[PlanId, MappedStore], at_most(MOST)]
    cameras: Annotated[dict[PlanId, MappedCamera], at_most(MOST)]
    calibration: Calibration

    @model_validator(mode="after")
    def _ids_match(self) -> Self:
        strays = list(self._strays())
        if strays:
            # Pydantic puts the mapping's own place in front of each.
            raise ValidationError.from_exception_data("Mapping", strays)
        return self

    def _strays(self) -> Iterator[InitErrorDetails]:
        expected = PydanticCustomError("unknown_store", "expected the id of a store in stores")
        for store_id in self.calibration.store_matrices:
            if store_id not in self.stores:
                loc = ("calibration", "store_matrices", store_id)
                yield InitErrorDetails(type=expected, loc=loc, input=store_id)

    def stored(self) -> dict[str, Any]:
        """As the database keeps it."""
        return self.model_dump(mode="json")
