"""The log of the log: who witnesses its checkpoints, and where the chain of them was broken."""
