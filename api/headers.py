"""API: what a request's headers say. Looked up in the bytes as they came, of which there are a dozen at most."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import Scope


def header(scope: Scope, name: bytes) -> str:
    """What the first header of this name (in small letters) says; nothing where there is none."""
    for given, value in scope["headers"]:
        if given == name:
            return str(value, "latin-1")
    return ""


def headers(scope: Scope, name: bytes) -> Sequence[str]:
    """What every header of this name says."""
    return [str(value, "latin-1") for given, value in scope["headers"] if given == name]
