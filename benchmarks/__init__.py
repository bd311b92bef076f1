"""Benchmarks: the same work done by us and by our peers, as ratios in one run."""
