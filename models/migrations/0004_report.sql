-- The Messages Report (data.md, "Queries that stay fast"): its tiles and the keys of its pages are read from
-- this index alone, so it takes the place of the one without the columns.
DROP INDEX message_location_idx;
CREATE INDEX message_location_idx ON message (tenant_id, location_id, at DESC, id DESC) INCLUDE (
    conversation_id, contact_id, direction, origin, status, refused, agent_id, campaign_id, payment_request_id,
    failure_code
);
-- Texts that no attempt could hand to the carrier.
CREATE INDEX message_not_handed_over_idx ON message (tenant_id, location_id, at DESC, id DESC)
    WHERE status = 'FAILED' AND refused AND failure_code IS NULL;
CREATE INDEX message_opt_out_idx ON message (tenant_id, location_id, at) WHERE keyword = 'OPT_OUT';
-- Texts with a bill are few among the others.
CREATE INDEX message_bill_idx ON message (tenant_id, location_id, at) WHERE payment_request_id IS NOT NULL;

CREATE INDEX consent_change_message_idx ON consent_change (tenant_id, message_id)
    WHERE message_id IS NOT NULL AND state = 'OPTED_OUT';

-- Search inside invoices and links.
CREATE INDEX payment_request_grams_idx ON payment_request USING gin (grams(invoice));
CREATE INDEX tracked_link_grams_idx ON tracked_link USING gin (grams(url));
