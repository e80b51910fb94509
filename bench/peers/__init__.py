"""What ours is measured against."""

CHANNEL = "bench:fanout"
"""Where Redis tells the peers of live events."""
