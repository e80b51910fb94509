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

CREATE INDEX consent_change_message_idx ON consent_change (tenant_id, message_id)
    WHERE message_id IS NOT NULL AND state = 'OPTED_OUT';

-- The waits of a person or campaign, by the instant on which they count.
CREATE INDEX wait_agent_idx ON wait (tenant_id, agent_id, ended_at) WHERE agent_id IS NOT NULL;
CREATE INDEX wait_campaign_idx ON wait (tenant_id, campaign_id, ended_at) WHERE campaign_id IS NOT NULL;

-- Search inside invoices and links.
CREATE INDEX payment_request_grams_idx ON payment_request USING gin (grams(invoice));
CREATE INDEX tracked_link_grams_idx ON tracked_link USING gin (grams(url));
