"""Domain: dated, local rules and the duties they give rise to."""
