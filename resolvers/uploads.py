"""Files that go with a text."""

from collections.abc import Sequence

from localmessages.rules.refusal import NotFound


def check_uploads(upload_ids: Sequence[str]) -> None:
    """Raise `NotFound` for any file: nothing has been uploaded where texts carry no files."""
    if upload_ids:
        raise NotFound("upload", field=["uploadIds"])
