"""Mails as files, for installations without a mail server: any mail program opens them."""

import asyncio
import hashlib
import os
import tempfile
from pathlib import Path

from localmessages.gateways.mail import Committing, MailUnavailable, OutboundMail, Sender, compose


class DiskMailer:
    """One `.eml` file a mail, by date. The same mail is the same file, however often it comes."""

    knows_repeats = True

    def __init__(self, directory: Path, sender: Sender) -> None:
        self.directory = directory
        self._sender = sender

    @property
    def domain(self) -> str:
        return self._sender.domain

    async def send(self, mail: OutboundMail, committing: Committing) -> None:
        content = await asyncio.to_thread(compose, mail, self._sender)
        await committing()
        try:
            await asyncio.to_thread(_write, self.path_of(mail), content)
        except OSError as error:
            raise MailUnavailable(f"The mail could not be written: {error.strerror}.") from error

    def path_of(self, mail: OutboundMail) -> Path:
        """Where a mail is put."""
        name = hashlib.blake2b(mail.message_id.encode(), digest_size=8).hexdigest()
        return self.directory / f"{mail.at:%Y-%m-%dT%H%M%SZ}-{name}.eml"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written aside and renamed: what looks into the directory never sees half a mail.
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
