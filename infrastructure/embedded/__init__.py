"""The embedded PostgreSQL: one server for one home folder, started by the first who needs it, stopped by the last.

It drives the programs of a wheel or of the system with a launcher of our own, because the wheel's own counts dead
clients for ever, takes a zombie for a living server and, as root, opens folders to the world.
"""

from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]
