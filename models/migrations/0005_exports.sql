-- Files that people asked for, and how far each is. The row is what counts: the file in the storage is only
-- to be had once its row is COMPLETED.
CREATE TABLE export (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    title text NOT NULL,
    format text NOT NULL CHECK (format IN ('CSV', 'XLSX')),
    -- What was asked for, as reports/exports/sources.py writes it down.
    source jsonb NOT NULL,
    -- With whose rights it is read, as they are when it is made.
    viewer_id uuid NOT NULL,
    -- Who asked for it; null when an API key or a schedule did.
    by_user_id uuid,
    saved_report_id uuid,
    status text NOT NULL DEFAULT 'QUEUED'
        CHECK (status IN ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELED')),
    -- Small enough to be there with the answer: nobody has to be told.
    at_once boolean NOT NULL DEFAULT false,
    -- Which run of the job it is: an earlier one that is still at it finds that it is not its turn any more.
    attempt integer NOT NULL DEFAULT 0,
    rows integer NOT NULL DEFAULT 0,
    total_rows integer,
    bytes bigint,
    sha256 text,
    storage_key text,
    error text,
    created_at timestamptz NOT NULL,
    -- The instant of its question: at first `created_at`, then that of the last retry.
    asked_at timestamptz NOT NULL,
    finished_at timestamptz,
    expires_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, viewer_id) REFERENCES app_user (tenant_id, id),
    FOREIGN KEY (tenant_id, by_user_id) REFERENCES app_user (tenant_id, id),
    CHECK (
        (status = 'COMPLETED')
        = (num_nonnulls(total_rows, bytes, sha256, expires_at, finished_at) = 5 AND error IS NULL)
    ),
    CHECK (status <> 'FAILED' OR error IS NOT NULL)
);
CREATE INDEX export_by_idx ON export (tenant_id, by_user_id, created_at DESC, id DESC);
-- Files that take room.
CREATE INDEX export_expires_at_idx ON export (expires_at) WHERE storage_key IS NOT NULL;
