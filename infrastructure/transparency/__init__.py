"""The tree over a log in PostgreSQL, and what must not lie there: the key, and the newest checkpoint seen."""
