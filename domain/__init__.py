"""What is true: aggregates, events and rules. Pure: no I/O, no clock, no chance."""
