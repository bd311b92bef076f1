"""What can be done and asked: use cases, queries and projections, behind ports. No SQL, no HTTP."""
