"""Benchmarks: the works that are measured, one file each."""
