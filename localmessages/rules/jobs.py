from enum import StrEnum


class JobStatus(StrEnum):
    """How far a job in the background is."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
