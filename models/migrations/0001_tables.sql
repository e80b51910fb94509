-- Every table of a tenant has tenant_id (the root account's id) first in its primary key, in its unique
-- constraints and in its foreign keys: a row cannot point into another tenant's data.

-- ------------------------------------------------------------------------------------ people and places
CREATE TABLE account (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    external_id text,
    parent_id uuid,
    name text NOT NULL,
    -- Settings: null takes the parent's, at last the default of rules/account.py.
    reopen_within_days integer,
    old_number_replies text,
    transfer_notice text,
    campaign_opens text,
    campaign_closes text,
    auto_reply_interval_seconds integer,
    help_reply text,
    opt_out_reply text,
    opt_in_reply text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES account (tenant_id, id),
    CHECK ((parent_id IS NULL) = (id = tenant_id))
);
CREATE UNIQUE INDEX account_external_id_key ON account (tenant_id, external_id);
CREATE UNIQUE INDEX account_root_external_id_key ON account (external_id) WHERE parent_id IS NULL;

-- One row per lane, tenant and user: where the events of one order are numbered (realtime.md, "The log").
CREATE TABLE live_scope (
    tenant_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL CHECK (kind IN ('LANE', 'TENANT', 'USER')),
    lane smallint,
    user_id uuid,
    seq bigint NOT NULL DEFAULT 0,
    access_version bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, tenant_id) REFERENCES account (tenant_id, id),
    UNIQUE NULLS NOT DISTINCT (tenant_id, kind, lane, user_id)
) WITH (fillfactor = 50);
-- The hub polls scopes of several tenants by id alone.
CREATE UNIQUE INDEX live_scope_id_key ON live_scope (id);

CREATE TABLE live_event (
    tenant_id uuid NOT NULL,
    scope_id bigint NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    location_id uuid,
    conversation_id uuid,
    body jsonb NOT NULL,
    PRIMARY KEY (tenant_id, scope_id, seq),
    FOREIGN KEY (tenant_id, scope_id) REFERENCES live_scope (tenant_id, id)
);
CREATE INDEX live_event_at_idx ON live_event (at);

CREATE TABLE location (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    external_id text,
    account_id uuid NOT NULL,
    scope_id bigint NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('STORE', 'HEAD_OFFICE')),
    active boolean NOT NULL DEFAULT true,
    time_zone text NOT NULL,
    auto_reply_in_hours text,
    auto_reply_out_of_hours text,
    link_domain text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id),
    FOREIGN KEY (tenant_id, scope_id) REFERENCES live_scope (tenant_id, id)
);
CREATE UNIQUE INDEX location_external_id_key ON location (tenant_id, external_id);

CREATE TABLE location_number (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    number text NOT NULL,
    position smallint NOT NULL DEFAULT 0,
    messages_per_second double precision NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id)
);
-- The one key without the tenant: a carrier delivers a number's texts to one organisation in the world.
CREATE UNIQUE INDEX location_number_number_key ON location_number (number);
CREATE INDEX location_number_location_idx ON location_number (tenant_id, location_id, position);

CREATE TABLE location_hours (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    effective_at timestamptz NOT NULL,
    weekly jsonb,
    holidays jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id),
    UNIQUE (tenant_id, location_id, effective_at)
);

CREATE TABLE app_user (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    external_id text,
    name text NOT NULL,
    email text NOT NULL,
    password_hash text,
    status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('INVITED', 'ACTIVE', 'FORMER')),
    time_zone text,
    locale text,
    alert_texts text NOT NULL DEFAULT 'MINE_AND_UNASSIGNED',
    alert_waiting_minutes integer,
    alert_by_mail boolean NOT NULL DEFAULT false,
    last_seen_at timestamptz,
    left_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, tenant_id) REFERENCES account (tenant_id, id)
);
CREATE UNIQUE INDEX app_user_external_id_key ON app_user (tenant_id, external_id);
-- Sign-in knows the address alone, so it is one person's among all tenants.
CREATE UNIQUE INDEX app_user_email_key ON app_user (lower(email)) WHERE status <> 'FORMER';

CREATE TABLE membership (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('OWNER', 'MANAGER', 'AGENT', 'VIEWER')),
    account_id uuid,
    location_id uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id),
    UNIQUE NULLS NOT DISTINCT (tenant_id, user_id, account_id, location_id),
    CHECK (num_nonnulls(account_id, location_id) = 1),
    CHECK (role <> 'OWNER' OR account_id IS NOT NULL)
);

CREATE TABLE api_key (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    by_user_id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    secret_hash text NOT NULL,
    scopes text[] NOT NULL,
    location_ids uuid[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id),
    FOREIGN KEY (tenant_id, by_user_id) REFERENCES app_user (tenant_id, id)
);
CREATE UNIQUE INDEX api_key_prefix_key ON api_key (prefix);

CREATE TABLE tag (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    external_id text,
    name text NOT NULL,
    color text NOT NULL DEFAULT '#868e96',
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, tenant_id) REFERENCES account (tenant_id, id)
);
CREATE UNIQUE INDEX tag_external_id_key ON tag (tenant_id, external_id);
CREATE UNIQUE INDEX tag_name_key ON tag (tenant_id, lower(name));

CREATE TABLE campaign (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    external_id text,
    account_id uuid NOT NULL,
    name text NOT NULL,
    status text NOT NULL DEFAULT 'DRAFT',
    body text NOT NULL DEFAULT '',
    link text,
    audience jsonb NOT NULL DEFAULT '{}',
    scheduled_at timestamptz,
    messages_per_minute integer,
    by_user_id uuid,
    created_at timestamptz NOT NULL,
    launched_at timestamptz,
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id),
    FOREIGN KEY (tenant_id, by_user_id) REFERENCES app_user (tenant_id, id)
);
CREATE UNIQUE INDEX campaign_external_id_key ON campaign (tenant_id, external_id);

CREATE TABLE campaign_location (
    tenant_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    location_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id, location_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id)
);

-- --------------------------------------------------------------------------------------- conversations
CREATE FUNCTION grams(text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (
        SELECT coalesce(array_agg(DISTINCT substr(folded, i, 2)), '{}')
        FROM (SELECT lower($1) AS folded) AS one, generate_series(1, length(folded) - 1) AS i
    );

CREATE TABLE contact (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    external_id text,
    phone text NOT NULL,
    first_name text,
    last_name text,
    name text GENERATED ALWAYS AS (
        coalesce(nullif(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), ''), phone)
    ) STORED NOT NULL,
    opted_out_at timestamptz,
    blocked_at timestamptz,
    undeliverable_at timestamptz,
    last_auto_reply_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, tenant_id) REFERENCES account (tenant_id, id),
    UNIQUE (tenant_id, phone)
);
CREATE UNIQUE INDEX contact_external_id_key ON contact (tenant_id, external_id);
CREATE INDEX contact_name_idx ON contact (tenant_id, lower(name), id);
CREATE INDEX contact_created_at_idx ON contact (tenant_id, created_at, id);
CREATE INDEX contact_grams_idx ON contact USING gin (grams(name || ' ' || phone));

CREATE TABLE conversation (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('OPEN', 'SNOOZED', 'CLOSED')),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    last_activity_at timestamptz NOT NULL,
    last_message_id uuid,
    waiting_since timestamptz,
    answered boolean NOT NULL DEFAULT false,
    active boolean NOT NULL DEFAULT false,
    muted boolean NOT NULL DEFAULT false,
    entry_count integer NOT NULL DEFAULT 0,
    assignee_id uuid,
    tag_ids uuid[] NOT NULL DEFAULT '{}',
    snoozed_until timestamptz,
    closed_at timestamptz,
    merged_into_id uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES app_user (tenant_id, id),
    FOREIGN KEY (tenant_id, merged_into_id) REFERENCES conversation (tenant_id, id)
        DEFERRABLE INITIALLY DEFERRED,
    CHECK ((status = 'SNOOZED') = (snoozed_until IS NOT NULL)),
    CHECK ((status = 'CLOSED') = (closed_at IS NOT NULL))
) WITH (fillfactor = 80);
COMMENT ON COLUMN conversation.active IS 'Holds an eligible inbound or an AGENT outbound (metrics.md, Active Conversations).';
COMMENT ON COLUMN conversation.entry_count IS 'Notes and inbound texts so far, those of blocked contacts only if a keyword; unread = entry_count - conversation_read.entry_count.';
-- Deferred: a transfer closes one and moves another in, in whatever order.
ALTER TABLE conversation ADD CONSTRAINT conversation_live_key
    EXCLUDE USING btree (tenant_id WITH =, location_id WITH =, contact_id WITH =)
    WHERE (status <> 'CLOSED') DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX conversation_contact_idx ON conversation (tenant_id, contact_id, last_activity_at DESC, id DESC);
CREATE INDEX conversation_inbox_idx
    ON conversation (tenant_id, location_id, status, last_activity_at DESC, id DESC);
CREATE INDEX conversation_account_idx
    ON conversation (tenant_id, status, last_activity_at DESC, id DESC) INCLUDE (location_id);
CREATE INDEX conversation_waiting_idx ON conversation (tenant_id, location_id, waiting_since, id)
    WHERE waiting_since IS NOT NULL;
CREATE INDEX conversation_open_idx ON conversation (tenant_id, location_id)
    INCLUDE (active, answered, waiting_since, assignee_id, entry_count, id) WHERE status = 'OPEN';
CREATE INDEX conversation_assignee_idx
    ON conversation (tenant_id, assignee_id, status, last_activity_at DESC, id DESC)
    WHERE assignee_id IS NOT NULL;
CREATE INDEX conversation_snoozed_idx ON conversation (snoozed_until) WHERE status = 'SNOOZED';

-- Kept beside the conversation, so that the inbox of a tag is one index range.
CREATE TABLE conversation_tag (
    tenant_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    location_id uuid NOT NULL,
    status text NOT NULL,
    last_activity_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id, tag_id),
    FOREIGN KEY (tenant_id, tag_id) REFERENCES tag (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id)
);
CREATE INDEX conversation_tag_inbox_idx ON conversation_tag
    (tenant_id, tag_id, location_id, status, last_activity_at DESC, conversation_id DESC);

CREATE TABLE conversation_read (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    entry_count integer NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id, conversation_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
);

CREATE TABLE payment_request (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    invoice text NOT NULL,
    amount numeric(14, 3) NOT NULL,
    currency text NOT NULL,
    description text,
    contact_id uuid NOT NULL,
    location_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'REQUESTED',
    paid_at timestamptz,
    paid_amount numeric(14, 3),
    refunded_amount numeric(14, 3) NOT NULL DEFAULT 0,
    card_type text,
    by_user_id uuid,
    created_at timestamptz NOT NULL,
    canceled_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id),
    FOREIGN KEY (tenant_id, by_user_id) REFERENCES app_user (tenant_id, id),
    UNIQUE (tenant_id, invoice)
);

CREATE TABLE message (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    location_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    at timestamptz NOT NULL,
    direction text NOT NULL CHECK (direction IN ('INBOUND', 'OUTBOUND')),
    origin text CHECK (origin IN ('AGENT', 'CAMPAIGN', 'AUTO', 'SYSTEM')),
    external_id text,
    body text NOT NULL,
    from_number text NOT NULL,
    to_number text NOT NULL,
    received_on text,
    agent_id uuid,
    campaign_id uuid,
    payment_request_id uuid,
    status text NOT NULL,
    status_at timestamptz NOT NULL,
    failure_code text,
    refused boolean NOT NULL DEFAULT false,
    keyword text,
    eligible boolean NOT NULL,
    encoding text NOT NULL,
    segments smallint NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES app_user (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_request_id) REFERENCES payment_request (tenant_id, id),
    CHECK ((direction = 'INBOUND') = (origin IS NULL)),
    CHECK ((direction = 'INBOUND') = (status = 'RECEIVED'))
);
COMMENT ON COLUMN message.version IS 'The conversation''s version with this entry in it; so in every kind of timeline entry.';
COMMENT ON COLUMN message.refused IS 'The carrier refused it at the hand-over: attempted, but no Outbound Message.';
COMMENT ON COLUMN message.eligible IS 'Opens a wait: inbound, no keyword, contact not blocked (metrics.md C4).';
-- A carrier's id is one message's: the second delivery of a text or receipt finds the first.
CREATE UNIQUE INDEX message_external_id_key ON message (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX message_conversation_idx ON message (tenant_id, conversation_id, at DESC, id DESC);
CREATE INDEX message_location_idx ON message (tenant_id, location_id, at DESC, id DESC);
CREATE INDEX message_agent_idx ON message (tenant_id, agent_id, at DESC, id DESC) WHERE agent_id IS NOT NULL;
CREATE INDEX message_campaign_idx ON message (tenant_id, campaign_id, at DESC, id DESC)
    WHERE campaign_id IS NOT NULL;
CREATE INDEX message_payment_idx ON message (tenant_id, payment_request_id)
    WHERE payment_request_id IS NOT NULL;
CREATE INDEX message_unsent_idx ON message (tenant_id, location_id, at DESC, id DESC)
    WHERE status IN ('QUEUED', 'SENDING');
CREATE INDEX message_words_idx ON message USING gin (
    (to_tsvector('simple', body) || array_to_tsvector(ARRAY['l' || location_id::text]))
);

CREATE TABLE message_status (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    at timestamptz NOT NULL,
    status text NOT NULL,
    failure_code text,
    applied boolean NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE INDEX message_status_message_idx ON message_status (tenant_id, message_id, id);

CREATE TABLE media (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    filename text,
    content_type text NOT NULL,
    bytes integer NOT NULL,
    width integer,
    height integer,
    storage_key text NOT NULL,
    thumbnail_key text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE INDEX media_message_idx ON media (tenant_id, message_id, id);

CREATE TABLE note (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    at timestamptz NOT NULL,
    by_user_id uuid,
    body text NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, by_user_id) REFERENCES app_user (tenant_id, id)
);
CREATE INDEX note_conversation_idx ON note (tenant_id, conversation_id, at DESC, id DESC);

CREATE TABLE conversation_change (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    by_user_id uuid,
    assignee_id uuid,
    tag_id uuid,
    snoozed_until timestamptz,
    merged_into_id uuid,
    version integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, by_user_id) REFERENCES app_user (tenant_id, id),
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES app_user (tenant_id, id),
    FOREIGN KEY (tenant_id, merged_into_id) REFERENCES conversation (tenant_id, id)
);
CREATE INDEX conversation_change_conversation_idx
    ON conversation_change (tenant_id, conversation_id, at DESC, id DESC);

-- A leg of a customer's wait (INBOUND), or a run of ours that a contact may answer (OUTBOUND).
CREATE TABLE wait (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('INBOUND', 'OUTBOUND')),
    chain_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    location_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome text,
    elapsed_seconds double precision,
    open_seconds double precision,
    opened_out_of_hours boolean NOT NULL,
    reply_undelivered boolean NOT NULL DEFAULT false,
    agent_id uuid,
    campaign_id uuid,
    question_id uuid,
    answer_id uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id),
    FOREIGN KEY (tenant_id, question_id) REFERENCES message (tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (tenant_id, answer_id) REFERENCES message (tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
    CHECK (num_nonnulls(ended_at, outcome, elapsed_seconds, open_seconds) IN (0, 4))
);
COMMENT ON COLUMN wait.chain_id IS 'The customer''s whole wait: the legs of one chain.';
ALTER TABLE wait ADD CONSTRAINT wait_open_key
    EXCLUDE USING btree (tenant_id WITH =, conversation_id WITH =, kind WITH =)
    WHERE (ended_at IS NULL) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX wait_contact_open_idx ON wait (tenant_id, contact_id) WHERE ended_at IS NULL;
CREATE INDEX wait_ended_idx ON wait (tenant_id, location_id, ended_at)
    INCLUDE (outcome, elapsed_seconds, open_seconds, opened_out_of_hours, reply_undelivered, id)
    WHERE kind = 'INBOUND';
CREATE INDEX wait_run_idx ON wait (tenant_id, location_id, started_at)
    INCLUDE (outcome, elapsed_seconds, id) WHERE kind = 'OUTBOUND';
CREATE INDEX wait_chain_idx ON wait (tenant_id, chain_id);
CREATE INDEX wait_answer_idx ON wait (tenant_id, answer_id) WHERE answer_id IS NOT NULL;

CREATE TABLE bulk_transfer (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    to_location_id uuid NOT NULL,
    by_user_id uuid,
    status text NOT NULL,
    conversation_ids uuid[] NOT NULL,
    note text,
    notify boolean NOT NULL,
    notice text,
    transferred integer NOT NULL DEFAULT 0,
    refused integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, to_location_id) REFERENCES location (tenant_id, id),
    FOREIGN KEY (tenant_id, by_user_id) REFERENCES app_user (tenant_id, id)
);

CREATE TABLE transfer (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    from_location_id uuid NOT NULL,
    to_location_id uuid NOT NULL,
    at timestamptz NOT NULL,
    by_user_id uuid,
    note text,
    notice_id uuid,
    merged_conversation_id uuid,
    -- What an undo puts back.
    ended_wait_id uuid,
    opened_wait_id uuid,
    adopted_wait_id uuid,
    adopted_chain_id uuid,
    former_assignee_id uuid,
    bulk_transfer_id uuid,
    undone_at timestamptz,
    undone_by_user_id uuid,
    version integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, from_location_id) REFERENCES location (tenant_id, id),
    FOREIGN KEY (tenant_id, to_location_id) REFERENCES location (tenant_id, id),
    FOREIGN KEY (tenant_id, by_user_id) REFERENCES app_user (tenant_id, id),
    FOREIGN KEY (tenant_id, notice_id) REFERENCES message (tenant_id, id),
    FOREIGN KEY (tenant_id, merged_conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, bulk_transfer_id) REFERENCES bulk_transfer (tenant_id, id)
);
CREATE INDEX transfer_conversation_idx ON transfer (tenant_id, conversation_id, at DESC, id DESC);
CREATE INDEX transfer_contact_idx ON transfer (tenant_id, contact_id, from_location_id, at DESC, id DESC);
CREATE INDEX transfer_at_idx ON transfer (tenant_id, at DESC, id DESC);
CREATE INDEX transfer_from_idx ON transfer (tenant_id, from_location_id, at) WHERE undone_at IS NULL;
CREATE INDEX transfer_to_idx ON transfer (tenant_id, to_location_id, at) WHERE undone_at IS NULL;

CREATE TABLE bulk_transfer_result (
    tenant_id uuid NOT NULL,
    bulk_transfer_id uuid NOT NULL,
    position integer NOT NULL,
    conversation_id uuid NOT NULL,
    transfer_id uuid,
    refusal jsonb,
    PRIMARY KEY (tenant_id, bulk_transfer_id, position),
    FOREIGN KEY (tenant_id, bulk_transfer_id) REFERENCES bulk_transfer (tenant_id, id),
    FOREIGN KEY (tenant_id, transfer_id) REFERENCES transfer (tenant_id, id),
    CHECK (num_nonnulls(transfer_id, refusal) = 1)
);

CREATE TABLE campaign_recipient (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    contact_id uuid,
    phone text NOT NULL,
    body text,
    exclusion text,
    message_id uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE INDEX campaign_recipient_campaign_idx ON campaign_recipient (tenant_id, campaign_id, id);

CREATE TABLE tracked_link (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    position smallint NOT NULL DEFAULT 0,
    slug text NOT NULL,
    url text NOT NULL,
    clicks integer NOT NULL DEFAULT 0,
    bot_clicks integer NOT NULL DEFAULT 0,
    first_clicked_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
-- A slug alone opens a link, so it is one link's among all tenants.
CREATE UNIQUE INDEX tracked_link_slug_key ON tracked_link (slug);
CREATE INDEX tracked_link_message_idx ON tracked_link (tenant_id, message_id, position);

CREATE TABLE link_click (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    link_id uuid NOT NULL,
    at timestamptz NOT NULL,
    bot boolean NOT NULL,
    user_agent text,
    method text NOT NULL DEFAULT 'GET',
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, link_id) REFERENCES tracked_link (tenant_id, id)
);
CREATE INDEX link_click_link_idx ON link_click (tenant_id, link_id, at DESC, id DESC);

CREATE TABLE payment_event (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    -- Null while nothing with this invoice was texted yet.
    payment_request_id uuid,
    invoice text NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('PAID', 'FAILED', 'VOIDED', 'REFUNDED')),
    amount numeric(14, 3),
    card_type text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_request_id) REFERENCES payment_request (tenant_id, id)
);
CREATE INDEX payment_event_invoice_idx ON payment_event (tenant_id, invoice, at, id);

-- Append-only.
CREATE TABLE consent_change (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    conversation_id uuid,
    location_id uuid,
    at timestamptz NOT NULL,
    state text NOT NULL,
    method text NOT NULL,
    texted text,
    number text,
    by_user_id uuid,
    message_id uuid,
    cause text NOT NULL DEFAULT 'NONE',
    cause_message_id uuid,
    cause_agent_id uuid,
    cause_campaign_id uuid,
    cause_payment_id uuid,
    -- Null where it stands in no timeline.
    version integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id),
    FOREIGN KEY (tenant_id, by_user_id) REFERENCES app_user (tenant_id, id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
    FOREIGN KEY (tenant_id, cause_message_id) REFERENCES message (tenant_id, id),
    FOREIGN KEY (tenant_id, cause_payment_id) REFERENCES payment_request (tenant_id, id)
);
CREATE INDEX consent_change_contact_idx ON consent_change (tenant_id, contact_id, at DESC, id DESC);
CREATE INDEX consent_change_conversation_idx ON consent_change (tenant_id, conversation_id, at DESC, id DESC)
    WHERE conversation_id IS NOT NULL;
CREATE INDEX consent_change_location_idx ON consent_change (tenant_id, location_id, at DESC, id DESC);
CREATE INDEX consent_change_at_idx ON consent_change (tenant_id, at DESC, id DESC);

-- ------------------------------------------------------------------------------------- requests and audit
CREATE TABLE idempotency_key (
    tenant_id uuid NOT NULL,
    actor_id uuid NOT NULL,
    key text NOT NULL,
    mutation text NOT NULL,
    input_hash bytea NOT NULL,
    result jsonb,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, actor_id, key),
    FOREIGN KEY (tenant_id, tenant_id) REFERENCES account (tenant_id, id)
);
CREATE INDEX idempotency_key_created_at_idx ON idempotency_key (created_at);

CREATE TABLE audit_entry (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    action text NOT NULL,
    user_id uuid,
    api_key_id uuid,
    subject_type text NOT NULL,
    subject_id uuid NOT NULL,
    subject_name text NOT NULL,
    changes jsonb NOT NULL DEFAULT '[]',
    address text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, tenant_id) REFERENCES account (tenant_id, id)
);
CREATE INDEX audit_entry_at_idx ON audit_entry (tenant_id, at DESC, id DESC);

-- Which replay lines were applied that have no id of their own, by content.
CREATE TABLE replay_line (
    tenant_id uuid NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (tenant_id, digest),
    FOREIGN KEY (tenant_id, tenant_id) REFERENCES account (tenant_id, id)
);

CREATE FUNCTION keep_conversation_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM conversation_tag
    WHERE tenant_id = NEW.tenant_id AND conversation_id = NEW.id AND tag_id <> ALL (NEW.tag_ids);
    INSERT INTO conversation_tag (tenant_id, tag_id, conversation_id, location_id, status, last_activity_at)
    SELECT NEW.tenant_id, tag_id, NEW.id, NEW.location_id, NEW.status, NEW.last_activity_at
    FROM unnest(NEW.tag_ids) AS tag_id
    ON CONFLICT (tenant_id, conversation_id, tag_id) DO UPDATE SET
        location_id = excluded.location_id,
        status = excluded.status,
        last_activity_at = excluded.last_activity_at;
    RETURN NULL;
END $$;

CREATE TRIGGER conversation_tagged AFTER INSERT ON conversation
    FOR EACH ROW WHEN (NEW.tag_ids <> '{}') EXECUTE FUNCTION keep_conversation_tags();
CREATE TRIGGER conversation_retagged AFTER UPDATE ON conversation
    FOR EACH ROW WHEN (NEW.tag_ids <> '{}' OR OLD.tag_ids <> '{}') EXECUTE FUNCTION keep_conversation_tags();

-- What receiving a text begins with, in one round trip: whose number it is, the sender under lock, and then, each
-- as it stands after the lock: their conversations, open waits and standing transfers, and the text itself if the
-- carrier delivered it before. Without a location nothing is set; without a sender, nothing after `seq`.
CREATE FUNCTION open_customer(
    number_texted text, sender text, carrier_id text,
    OUT tenant_id uuid, OUT location_id uuid, OUT seq bigint, OUT contact contact,
    OUT conversations conversation[], OUT waits wait[], OUT transfers transfer[], OUT received message
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    tenant uuid;
    person uuid;
BEGIN
    -- location_number_number_key, live_scope_tenant_id_kind_lane_user_id_key. A change of zone waits for us.
    SELECT location.tenant_id, location.id, live_scope.seq INTO tenant, location_id, seq
    FROM location_number
    JOIN location
        ON location.tenant_id = location_number.tenant_id AND location.id = location_number.location_id
    JOIN live_scope ON live_scope.tenant_id = location.tenant_id AND live_scope.kind = 'TENANT'
    WHERE location_number.number = number_texted
    FOR KEY SHARE OF location;
    open_customer.tenant_id := tenant;
    IF tenant IS NULL THEN
        RETURN;
    END IF;
    -- contact_tenant_id_phone_key
    SELECT * INTO contact FROM contact
    WHERE contact.tenant_id = tenant AND contact.phone = sender
    FOR NO KEY UPDATE;
    person := contact.id;
    IF person IS NULL THEN
        RETURN;
    END IF;
    -- conversation_contact_idx, wait_contact_open_idx, transfer_contact_idx, message_external_id_key
    conversations := ARRAY(
        SELECT conversation FROM conversation
        WHERE conversation.tenant_id = tenant AND conversation.contact_id = person);
    waits := ARRAY(
        SELECT wait FROM wait
        WHERE wait.tenant_id = tenant AND wait.contact_id = person AND wait.ended_at IS NULL);
    transfers := ARRAY(
        SELECT transfer FROM transfer
        WHERE transfer.tenant_id = tenant AND transfer.contact_id = person AND transfer.undone_at IS NULL);
    SELECT * INTO received FROM message
    WHERE message.tenant_id = tenant AND message.external_id = carrier_id;
END $$;
