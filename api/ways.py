"""API: from a path to its route in as many steps as the path has parts.

The router tries one route after the other, some forty patterns for the last of them. What is not found here is the
router's to look for, and to refuse.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi.routing import APIRouter
from starlette.types import ASGIApp, Receive, Scope, Send

from api.route import Route


@dataclass(slots=True)
class _Crossing:
    """Where the paths that begin alike part: by the next part's name, or any part for a parameter."""

    named: dict[str, _Crossing] = field(default_factory=dict)
    any: _Crossing | None = None
    routes: dict[str, tuple[Route, tuple[tuple[str, int], ...]]] = field(default_factory=dict)
    """By method, the route whose path ends here, and at which places its parameters stand."""


class Ways:
    """All paths of a router whose parameters are whole parts. Every route is added before the first request."""

    def __init__(self, router: APIRouter) -> None:
        self._router: ASGIApp = router
        self._start = _Crossing()
        for route in router.routes:
            if isinstance(route, Route):
                self._add(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route answer."""
        by_router = "fastapi.telemetry" in scope  # it tells the trace which route
        found = None if by_router else self._find(scope["method"], scope["path"].split("/"))
        if found is None:
            await self._router(scope, receive, send)
            return
        scope["route"], scope["path_params"] = found
        await found[0].app(scope, receive, send)

    def _find(self, method: str, parts: list[str]) -> tuple[Route, dict[str, str]] | None:
        here = self._start
        for part in parts:
            following = here.named.get(part) or (here.any if part else None)
            if following is None:
                return None
            here = following
        if method not in here.routes:
            return None
        route, parameters = here.routes[method]
        return route, {name: parts[place] for name, place in parameters}

    def _add(self, route: Route) -> None:
        parts = route.path.split("/")
        here = self._start
        parameters: list[tuple[str, int]] = []
        for place, part in enumerate(parts):
            if part.startswith("{"):
                parameters.append((part[1:-1], place))
                here.any = here.any or _Crossing()
                here = here.any
            else:
                here = here.named.setdefault(part, _Crossing())
        for method in route.methods or ():
            here.routes.setdefault(method, (route, tuple(parameters)))
