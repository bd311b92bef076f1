"""What can fail: PostgreSQL, files, keys, clock. Implements the ports of application/."""
