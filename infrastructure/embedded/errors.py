"""What the launcher says when it can't give a server: a sentence for the person at the terminal."""


class EmbeddedPostgresError(RuntimeError):
    """The embedded PostgreSQL can't be set up, started or stopped; the message says why and what to do."""
