"""Measurements against the goals of performance.md, beside peers that give the same answers."""
