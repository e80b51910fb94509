"""The Messages Report: one predicate, and everything that is read through it (metrics.md C8)."""
