"""Which scope of an API key each part of the API needs. What is not declared here, no key may use."""

from collections.abc import Iterable, Mapping

from localmessages.rules.access import ApiScope, Role, stronger

READ, WRITE = ApiScope.READ_CONVERSATIONS, ApiScope.WRITE_CONVERSATIONS
TRANSFER, PAYMENTS, CAMPAIGNS = ApiScope.TRANSFER, ApiScope.PAYMENTS, ApiScope.CAMPAIGNS
REPORTS, SETTINGS, PEOPLE = ApiScope.REPORTS, ApiScope.SETTINGS, ApiScope.PEOPLE

# Any one of these is enough; an empty set needs none, and None is for people alone.
Need = frozenset[ApiScope] | None

EVERY_KEY: Need = frozenset()
PEOPLE_ALONE: Need = None


def _all(need: Need, names: str) -> dict[str, Need]:
    return dict.fromkeys(names.split(), need)


def _one_of(*scopes: ApiScope) -> Need:
    return frozenset(scopes)


QUERIES: Mapping[str, Need] = {
    **_all(
        EVERY_KEY, "viewer identityProviders node nodes users accounts location locations tags eventCursor"
    ),
    **_all(_one_of(READ), "contact contacts consentChanges conversation conversations unsentMessages"),
    **_all(_one_of(READ, WRITE), "messagePreview"),
    **_all(_one_of(READ, WRITE, SETTINGS), "templates"),
    **_all(_one_of(READ, TRANSFER), "transfers"),
    **_all(_one_of(READ, CAMPAIGNS, REPORTS), "campaign campaigns"),
    **_all(_one_of(REPORTS), "locationsSummary messagesReport savedReports exports"),
    **_all(_one_of(SETTINGS), "webhooks"),
    **_all(PEOPLE_ALONE, "apiKeys auditLog"),
}

MUTATIONS: Mapping[str, Need] = {
    # These look at no bearer, or say themselves that a key has nothing of the kind.
    **_all(
        EVERY_KEY,
        "signIn verifySecondFactor refreshSession requestPasswordReset resetPassword acceptInvitation "
        "updateProfile markNotificationsRead",
    ),
    **_all(
        PEOPLE_ALONE,
        "signOut revokeSession changePassword startSecondFactor confirmSecondFactor disableSecondFactor "
        "transferOwnership eraseContact createApiKey revokeApiKey",
    ),
    **_all(_one_of(PEOPLE), "createUser updateUser removeUser resendInvitation"),
    **_all(
        _one_of(SETTINGS),
        "createAccount updateAccount createLocation updateLocation createTag updateTag deleteTag startImport "
        "createTemplate updateTemplate deleteTemplate createWebhook updateWebhook rotateWebhookSecret "
        "redeliverWebhook deleteWebhook",
    ),
    **_all(
        _one_of(WRITE),
        "createContact updateContact blockContact unblockContact optOutContact optInContact "
        "startConversation addNote assignConversation closeConversation reopenConversation "
        "snoozeConversation muteConversation markRead markUnread setTyping tagConversation "
        "untagConversation sendMessage retryMessage simulateInboundMessage",
    ),
    **_all(_one_of(WRITE, CAMPAIGNS, SETTINGS), "createUpload"),
    **_all(_one_of(PAYMENTS), "requestPayment cancelPaymentRequest refundPayment"),
    **_all(_one_of(TRANSFER), "transferConversation transferConversations undoTransfer"),
    **_all(
        _one_of(CAMPAIGNS),
        "createCampaign updateCampaign launchCampaign pauseCampaign resumeCampaign cancelCampaign",
    ),
    **_all(
        _one_of(REPORTS),
        "requestExport cancelExport retryExport createSavedReport updateSavedReport deleteSavedReport",
    ),
}

SUBSCRIPTIONS: Mapping[str, Need] = {
    **_all(EVERY_KEY, "viewerEvents"),
    **_all(_one_of(READ), "inboxEvents conversationEvents"),
    **_all(_one_of(REPORTS), "locationsSummaryChanged messagesReportChanged exportProgress"),
    **_all(_one_of(CAMPAIGNS), "campaignProgress"),
    **_all(_one_of(TRANSFER), "bulkTransferProgress"),
    **_all(_one_of(SETTINGS), "importProgress"),
}

# What has an id, and the interfaces of it, wherever a path leads to it; its `id` alone needs nothing.
TYPES: Mapping[str, Need] = {
    **_all(EVERY_KEY, "Node User Account Location Place Tag ApiKey Notification"),
    **_all(
        _one_of(READ),
        "Contact ConsentChange Conversation Note ConversationChange Message Media TimelineEntry",
    ),
    **_all(_one_of(READ, WRITE, SETTINGS), "MessageTemplate"),
    **_all(_one_of(READ, TRANSFER), "Transfer BulkTransfer"),
    **_all(_one_of(READ, PAYMENTS), "PaymentRequest"),
    **_all(_one_of(READ, REPORTS), "TrackedLink LinkClick Wait"),
    **_all(_one_of(REPORTS), "ReportRow ReportConversation SavedReport Export"),
    **_all(_one_of(READ, CAMPAIGNS, REPORTS), "Campaign"),
    **_all(_one_of(CAMPAIGNS), "CampaignRecipient"),
    **_all(_one_of(WRITE, CAMPAIGNS, SETTINGS), "Upload"),
    **_all(_one_of(SETTINGS), "Import Webhook WebhookDelivery"),
    **_all(PEOPLE_ALONE, "Session AuditEntry"),
    # Not refetchable, but it counts what waits in conversations.
    **_all(_one_of(READ), "InboxCounts"),
}

# Who uses one of these may be refused with what is new in a conversation: there, refusals are looked into.
SAY_WHAT_IS_NEW = frozenset({WRITE, TRANSFER})

_ROLES: Mapping[ApiScope, Role] = {
    READ: Role.VIEWER,
    WRITE: Role.AGENT,
    TRANSFER: Role.AGENT,
    PAYMENTS: Role.AGENT,
    REPORTS: Role.AGENT,
    CAMPAIGNS: Role.MANAGER,
    SETTINGS: Role.MANAGER,
    PEOPLE: Role.MANAGER,
}


def role_of_key(scopes: Iterable[ApiScope]) -> Role:
    """The role that a key has where it works: the least that its scopes take; never that of an owner."""
    role: Role | None = None
    for scope in scopes:
        role = stronger(role, _ROLES[scope])
    return role or Role.VIEWER


def is_met(need: Need, scopes: Iterable[ApiScope]) -> bool:
    """Whether a key with these scopes may use what needs that."""
    return need is not None and (not need or not need.isdisjoint(scopes))
