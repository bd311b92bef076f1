"""Domain: the enterprise, whose primary responsibility (主体责任) hazards are."""
