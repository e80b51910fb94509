-- A sign-in on one device. Its refresh tokens are signed and counted: the newest is number `generation`, and
-- one of a lower number that comes again was stolen, or its copy was.
CREATE TABLE session (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    generation integer NOT NULL DEFAULT 1,
    refreshed_at timestamptz NOT NULL,
    address text NOT NULL,
    user_agent text,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id)
) WITH (fillfactor = 80);
CREATE INDEX session_user_idx ON session (tenant_id, user_id, last_used_at DESC, id DESC)
    WHERE ended_at IS NULL;
CREATE INDEX session_expires_at_idx ON session (expires_at);

-- What the link in a mail has: kept as a hash, and gone once it was used.
CREATE TABLE one_time_token (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('INVITATION', 'PASSWORD_RESET')),
    token_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- One at a time: the link of a newer mail ends that of the one before.
    PRIMARY KEY (tenant_id, user_id, purpose),
    FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id)
);
-- Who opens a link does not say whose it is.
CREATE UNIQUE INDEX one_time_token_hash_key ON one_time_token (token_hash);

-- The secret that an authenticator app shares, encrypted; it counts once confirmed_at is set.
CREATE TABLE second_factor (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    secret bytea NOT NULL,
    last_step bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id)
);
COMMENT ON COLUMN second_factor.last_step IS 'The half minute whose code was used last: neither it nor an older one counts again.';

-- What gets in without the app, once each; gone once used.
CREATE TABLE recovery_code (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, user_id, code_hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES second_factor (tenant_id, user_id) ON DELETE CASCADE
);

-- Tries to get in that did not succeed. Of no tenant: an address that nobody has is counted just the same.
-- `subject` and `address` are hashes of what was tried, and from where.
CREATE TABLE failed_attempt (
    id uuid PRIMARY KEY,
    subject bytea NOT NULL,
    address bytea NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX failed_attempt_subject_idx ON failed_attempt (subject, at);
CREATE INDEX failed_attempt_address_idx ON failed_attempt (address, at);
CREATE INDEX failed_attempt_at_idx ON failed_attempt (at);
