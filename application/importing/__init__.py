"""Importing: a ledger kept elsewhere becomes hazards, row by row, through the moves of the loop.

A mapping says which column is which field of which move; the domain decides as it does for
everybody else. Whatever can't go in is named, cell and rule. What a record does not say is not made up.
"""
