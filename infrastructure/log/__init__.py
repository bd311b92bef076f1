"""Infrastructure: the log in PostgreSQL. One schema a jurisdiction, one database function by which events come in."""
