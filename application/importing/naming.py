"""Importing: which enterprises go by which name here, for ledgers that have names and no codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from application.questions import EnterprisesQuestion, Views
from domain.actors import Actor

PAGE = 200


async def registered_names(views: Views, reader: Actor) -> Mapping[str, str]:
    """The code of each enterprise by its name; a name that two have is nobody's. Raises Unavailable."""
    codes: dict[str, set[str]] = defaultdict(set)
    cursor: str | None = None
    while True:
        page = await views.enterprises(reader, EnterprisesQuestion(limit=PAGE, cursor=cursor))
        for one in page.items:
            codes[one.enterprise_name].add(one.uscc)
        if page.next is None:
            return {name: next(iter(found)) for name, found in codes.items() if len(found) == 1}
        cursor = page.next
