"""Application: history replayed from the log alone: as of a past, between two, under other rules, cause by cause."""
