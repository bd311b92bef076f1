"""API: the HTTP application over a service. Routes come from api/routes, everything around them from here."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import ASGIApp

from api.door import Door
from api.metrics import Metrics
from api.openapi import describe
from api.reference import add_reference
from api.route import Route
from api.routes import (
    auditing,
    boards,
    checkpoints,
    enterprises,
    events,
    evidence,
    hazards,
    imports,
    moves,
    operations,
    rules,
)
from api.service import Service
from api.traces import telemetry
from api.ways import Ways


class Api(FastAPI):
    """FastAPI's routes and OpenAPI behind one door: its own stack of middlewares does nothing here but cost."""

    def build_middleware_stack(self) -> ASGIApp:
        """The door, and behind it the routes."""
        return Door(Ways(self.router), self.state.service.chance, self.state.metrics)


def create_app(service: Service) -> FastAPI:
    """The application. The service is started and stopped by whoever made it."""
    app = Api(docs_url=None, redoc_url=None, redirect_slashes=False, openapi_url="/openapi.json", telemetry=telemetry())
    app.state.service = service
    app.state.metrics = Metrics()
    app.router.route_class = Route
    for resource in (
        hazards,
        boards,
        moves,
        enterprises,
        evidence,
        imports,
        events,
        auditing,
        checkpoints,
        rules,
        operations,
    ):
        app.router.routes.extend(resource.router.routes)  # as they are: an included router is looked through each time
    add_reference(app)
    describe(app, service.clock)
    return app
