-- Null for a request whose page is not ours, as in a replayed log: it does not close by itself.
ALTER TABLE payment_request ADD COLUMN expires_at timestamptz;
-- A page is opened by its slug alone, which is the id.
CREATE INDEX payment_request_id_idx ON payment_request (id);
CREATE INDEX payment_request_expiry_idx ON payment_request (expires_at)
    WHERE status = 'REQUESTED' AND expires_at IS NOT NULL;

-- The provider's id of the report, and what it said, word by word.
ALTER TABLE payment_event ADD COLUMN external_id text;
ALTER TABLE payment_event ADD COLUMN content text;
-- A report that comes again is the same one.
CREATE UNIQUE INDEX payment_event_external_id_key ON payment_event (tenant_id, external_id)
    WHERE external_id IS NOT NULL;
