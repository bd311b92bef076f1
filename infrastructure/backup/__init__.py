"""Backups: each jurisdiction's schema as PostgreSQL's own programs dump it, its evidence, and a list of hashes."""
