"""Which campaigns a viewer may look into."""

from uuid import UUID

from localmessages.rules.access import Viewer
from models.catalogue import Catalogue


def seen_campaigns(viewer: Viewer, catalogue: Catalogue) -> frozenset[UUID]:
    """Those of an account in which, or below which, the viewer sees one."""
    owners = {catalogue.places[key].account_id for key in viewer.location_roles}
    accounts = {viewer.tenant_id, *viewer.account_roles, *owners}
    above = {key for account in accounts for key in catalogue.accounts[account].path}
    return frozenset(key for key, entry in catalogue.campaigns.items() if entry.account_id in above)
