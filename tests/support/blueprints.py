"""What tests of the blueprints' routes do again and again."""

from dataclasses import dataclass
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient
from support.plans import MAPPING

BLUEPRINTS = "/api/blueprints/"
APPLICATIONS = f"{BLUEPRINTS}applications/"
STORES = "/api/stores/"
CAMERAS = "/api/cameras/"


@dataclass(frozen=True)
class Planner:
    """The routes of blueprints, stores and cameras, over Starlette's client."""

    client: TestClient

    def create(self, data: dict[str, Any] = MAPPING, **fields: Any) -> str:
        """A new blueprint's id."""
        body = {"name": "Ground floor", "mapping_data": data, **fields}
        answer = self.client.post(BLUEPRINTS, json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["blueprint_id"])

    def get(self, blueprint: str, what: str = "") -> Response:
        return self.client.get(f"{BLUEPRINTS}{blueprint}/{what}")

    def put(self, blueprint: str, **fields: Any) -> Response:
        return self.client.put(f"{BLUEPRINTS}{blueprint}/", json=fields)

    def delete(self, blueprint: str) -> Response:
        return self.client.delete(f"{BLUEPRINTS}{blueprint}/")

    def try_to_apply(self, blueprint: str, **wish: Any) -> Response:
        return self.client.post(f"{BLUEPRINTS}{blueprint}/apply/", json=wish)

    def apply(self, blueprint: str, **wish: Any) -> dict[str, Any]:
        """What applying answered."""
        answer = self.try_to_apply(blueprint, **wish)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def apply_mapping(self, data: dict[str, Any], mode: str = "merge") -> str:
        """The application's id."""
        return str(self.apply(self.create(data), mode=mode)["application_id"])

    def try_to_undo(self, application: str) -> Response:
        return self.client.post(f"{APPLICATIONS}{application}/undo/")

    def undo(self, application: str) -> dict[str, Any]:
        """What undoing answered."""
        answer = self.try_to_undo(application)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def plan(self) -> dict[str, Any]:
        """The stores and cameras that are there, as a mapping."""
        stores = {each.pop("store_id"): each for each in self._all(STORES)}
        cameras = {each.pop("camera_id"): each for each in self._all(CAMERAS)}
        matrices = {key: store.pop("matrix") for key, store in stores.items()}
        calibrated = {key: matrix for key, matrix in matrices.items() if matrix is not None}
        return {
            "stores": stores,
            "cameras": cameras,
            "calibration": {"store_matrices": calibrated},
        }

    def _all(self, path: str) -> list[dict[str, Any]]:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        for each in found:
            del each["updated_at"]
        return found
