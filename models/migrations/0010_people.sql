-- When the contact was erased: the row stays under a number that nobody has, so that facts go on to count.
ALTER TABLE contact ADD COLUMN erased_at timestamptz;

-- Files of which the last row has gone: the storage knows no transactions, so they are removed afterwards.
CREATE TABLE file_to_remove (
    tenant_id uuid NOT NULL,
    storage_key text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, storage_key),
    FOREIGN KEY (tenant_id, tenant_id) REFERENCES account (tenant_id, id)
);

-- The audit log is append-only, also for whoever has a connection. What a contact was called goes when they ask
-- for it: who erases says so in the transaction, and may change nothing else.
CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('localmessages.erasing', true) = 'on'
        AND (OLD.tenant_id, OLD.id, OLD.at, OLD.action, OLD.subject_type, OLD.subject_id)
            = (NEW.tenant_id, NEW.id, NEW.at, NEW.action, NEW.subject_type, NEW.subject_id)
        AND (OLD.user_id, OLD.api_key_id, OLD.address)
            IS NOT DISTINCT FROM (NEW.user_id, NEW.api_key_id, NEW.address)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION keep_audit();
CREATE TRIGGER audit_entry_not_emptied BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION keep_audit();

-- A program can ask for it too: then it is done with the rights of its key.
ALTER TABLE bulk_transfer
    ADD COLUMN api_key_id uuid,
    ADD FOREIGN KEY (tenant_id, api_key_id) REFERENCES api_key (tenant_id, id);
