"""Figures of Yedeng, each beside its floor or a peer measured in the same run: ``python -m benchmarks``."""
