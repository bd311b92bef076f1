"""Benchmarks: the peers, each built from its public packages as people would build it."""
