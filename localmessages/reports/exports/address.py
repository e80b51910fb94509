"""Where a file is got: an address that opens it for whoever has it, until the file is removed."""

import base64
import binascii
from datetime import UTC, datetime
from uuid import UUID

from localmessages.auth import is_signed, sign


def signed_address(
    public_url: str, secret: str, tenant_id: UUID, export_id: UUID, expires_at: datetime
) -> str:
    """The address, which nobody can make without the secret or lengthen."""
    slug = base64.urlsafe_b64encode(tenant_id.bytes + export_id.bytes).rstrip(b"=").decode()
    signed = _signed(slug, str(int(expires_at.timestamp())))
    return f"{public_url}{signed}&signature={sign(secret, signed)}"


def is_ours(secret: str, slug: str, until: str, signature: str) -> bool:
    """Whether we made the address; compared in constant time."""
    return is_signed(secret, _signed(slug, until), signature)


def ends_at(until: str) -> datetime:
    """When an address of ours ends."""
    return datetime.fromtimestamp(int(until), UTC)


def export_in(slug: str) -> tuple[UUID, UUID] | None:
    """The tenant and the export that an address is of; None if it is of none."""
    try:
        data = base64.b64decode(slug + "=", altchars=b"-_", validate=True)
        return UUID(bytes=data[:16]), UUID(bytes=data[16:])
    except (binascii.Error, ValueError):
        return None


def _signed(slug: str, until: str) -> str:
    return f"/exports/{slug}?until={until}"
