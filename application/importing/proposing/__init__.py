"""Importing: a first mapping for a ledger nobody has mapped yet, from the words of its header and its cells."""
