-- What a person wanted to know.
CREATE TABLE notification (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    title text NOT NULL,
    subject_type text,
    subject_id uuid,
    read_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES app_user (tenant_id, id),
    CHECK ((subject_type IS NULL) = (subject_id IS NULL))
);
CREATE INDEX notification_user_idx ON notification (tenant_id, user_id, at DESC, id DESC);
CREATE INDEX notification_unread_idx ON notification (tenant_id, user_id, at DESC, id DESC)
    WHERE read_at IS NULL;

-- A mail and, one row each, whom it goes to: each is handed over alone, so that one address that is refused
-- keeps nobody else from it.
CREATE TABLE mail (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    key text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    html text,
    attachments jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, tenant_id) REFERENCES account (tenant_id, id),
    UNIQUE (tenant_id, key)
);
CREATE INDEX mail_created_at_idx ON mail (created_at);

CREATE TABLE mail_recipient (
    tenant_id uuid NOT NULL,
    mail_id uuid NOT NULL,
    position smallint NOT NULL,
    address text NOT NULL,
    status text NOT NULL DEFAULT 'QUEUED'
        CHECK (status IN ('QUEUED', 'SENDING', 'SENT', 'UNCONFIRMED', 'FAILED')),
    status_at timestamptz NOT NULL,
    error text,
    PRIMARY KEY (tenant_id, mail_id, position),
    FOREIGN KEY (tenant_id, mail_id) REFERENCES mail (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN mail_recipient.status IS 'SENDING: the server may have the mail since status_at, and has not said so.';

CREATE TABLE saved_report (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    by_user_id uuid NOT NULL,
    name text NOT NULL,
    about jsonb NOT NULL,
    out_of_hours text NOT NULL,
    shared boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, by_user_id) REFERENCES app_user (tenant_id, id)
);
CREATE UNIQUE INDEX saved_report_name_key ON saved_report (tenant_id, by_user_id, lower(name));
CREATE INDEX saved_report_shared_idx ON saved_report (tenant_id) WHERE shared;

CREATE TABLE report_schedule (
    tenant_id uuid NOT NULL,
    saved_report_id uuid NOT NULL,
    frequency text NOT NULL CHECK (frequency IN ('DAILY', 'WEEKLY', 'MONTHLY')),
    weekday text,
    day_of_month smallint CHECK (day_of_month BETWEEN 1 AND 31),
    local_time text NOT NULL,
    time_zone text NOT NULL,
    recipient_ids uuid[] NOT NULL,
    format text NOT NULL,
    next_run_at timestamptz NOT NULL,
    last_run_at timestamptz,
    PRIMARY KEY (tenant_id, saved_report_id),
    FOREIGN KEY (tenant_id, saved_report_id) REFERENCES saved_report (tenant_id, id) ON DELETE CASCADE,
    CHECK ((frequency = 'WEEKLY') = (weekday IS NOT NULL)),
    CHECK ((frequency = 'MONTHLY') = (day_of_month IS NOT NULL))
);
CREATE INDEX report_schedule_due_idx ON report_schedule (next_run_at);

-- One row each time that a report was due: two workers cannot both have it.
CREATE TABLE report_run (
    tenant_id uuid NOT NULL,
    saved_report_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('RUNNING', 'SENT', 'FAILED')),
    recipient_ids uuid[] NOT NULL,
    format text NOT NULL,
    time_zone text NOT NULL,
    -- What the report was about then, its window in fixed dates.
    about jsonb NOT NULL,
    export_id uuid,
    mail_id uuid,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, saved_report_id, due_at),
    FOREIGN KEY (tenant_id, saved_report_id) REFERENCES saved_report (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX report_run_export_idx ON report_run (tenant_id, export_id);
CREATE INDEX report_run_mail_idx ON report_run (tenant_id, mail_id);
CREATE INDEX report_run_started_at_idx ON report_run (started_at);

-- A report that is deleted while its file is made leaves the file to nobody.
ALTER TABLE export ADD FOREIGN KEY (tenant_id, saved_report_id)
    REFERENCES saved_report (tenant_id, id) ON DELETE SET NULL (saved_report_id);
CREATE INDEX export_saved_report_idx ON export (tenant_id, saved_report_id) WHERE saved_report_id IS NOT NULL;
