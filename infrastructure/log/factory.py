"""Infrastructure: the persistence module by which an application of the eventsourcing library records into the log.

    PERSISTENCE_MODULE=infrastructure.log.factory
    POSTGRES_SCHEMA=hazardloop_320583

The other settings are those of eventsourcing.postgres. The library looks for the one factory class in
this module, so it must not import another.
"""

from __future__ import annotations

from eventsourcing import postgres
from eventsourcing.utils import Environment, EnvType

from infrastructure.log.pool import SESSION_OPTIONS
from infrastructure.log.recorder import OrderedProcessRecorder, OrderedRecorder


class Factory(postgres.PostgresFactory):
    """Makes recorders that write dense positions. Snapshots and tracking stay the library's own."""

    application_recorder_class = OrderedRecorder
    process_recorder_class = OrderedProcessRecorder

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        kwargs = self.datastore.pool.kwargs
        if isinstance(kwargs, dict):
            kwargs["options"] = SESSION_OPTIONS
