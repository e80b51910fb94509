-- What the Messages Report reads less of than every text of its window (docs/decisions/0016).

-- Texts by location, local day and conversation, kept like the hours: the conversations of a month are counted from
-- a fifth of the rows. Writers wait meanwhile, and what they left is folded in its old form.
LOCK TABLE message IN SHARE MODE;
SELECT fold_message_hours(2147483647);

-- The local date of a bucket.
CREATE FUNCTION local_date(hour timestamptz, zone text) RETURNS date
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN (hour AT TIME ZONE zone)::date;

CREATE TABLE conversation_day (
    tenant_id uuid NOT NULL,
    location_id uuid NOT NULL,
    day date NOT NULL,
    conversation_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    texts integer NOT NULL,
    inbound integer NOT NULL,
    by_agents integer NOT NULL,
    bills integer NOT NULL,
    delivered integer NOT NULL,
    non_deliverable integer NOT NULL,
    pending integer NOT NULL,
    -- Read from the index alone.
    PRIMARY KEY (tenant_id, location_id, day, conversation_id)
        INCLUDE (contact_id, texts, inbound, by_agents, bills, delivered, non_deliverable, pending),
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
) WITH (fillfactor = 80);
COMMENT ON COLUMN conversation_day.by_agents IS 'Of people, also what the carrier refused.';

ALTER TABLE message_hour_delta
    ADD COLUMN conversation_id uuid NOT NULL,
    ADD COLUMN contact_id uuid NOT NULL,
    ADD COLUMN texts integer NOT NULL,
    ADD COLUMN by_agents integer NOT NULL,
    ADD COLUMN bills integer NOT NULL;

DROP FUNCTION append_message_hour_deltas(message_fact[]);
DROP TYPE message_fact;
CREATE TYPE message_fact AS (
    tenant_id uuid, location_id uuid, campaign_id uuid, conversation_id uuid, contact_id uuid, at timestamptz,
    direction text, origin text, status text, refused boolean, has_bill boolean, sign integer
);

CREATE FUNCTION append_message_hour_deltas(facts message_fact[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO message_hour_delta
        (tenant_id, location_id, campaign_id, conversation_id, contact_id, hour, texts, inbound, agent, campaign, auto,
         system, by_agents, bills, delivered, non_deliverable, pending)
    SELECT
        fact.tenant_id, fact.location_id, fact.campaign_id, fact.conversation_id, fact.contact_id,
        local_hour(fact.at, location.time_zone) AS hour,
        sum(sign) AS texts,
        coalesce(sum(sign) FILTER (WHERE direction = 'INBOUND'), 0) AS inbound,
        coalesce(sum(sign) FILTER (WHERE origin = 'AGENT' AND NOT refused), 0) AS agent,
        coalesce(sum(sign) FILTER (WHERE origin = 'CAMPAIGN' AND NOT refused), 0) AS campaign,
        coalesce(sum(sign) FILTER (WHERE origin = 'AUTO' AND NOT refused), 0) AS auto,
        coalesce(sum(sign) FILTER (WHERE origin = 'SYSTEM' AND NOT refused), 0) AS system,
        coalesce(sum(sign) FILTER (WHERE origin = 'AGENT'), 0) AS by_agents,
        coalesce(sum(sign) FILTER (WHERE has_bill), 0) AS bills,
        coalesce(sum(sign) FILTER (WHERE status IN ('DELIVERED', 'READ')), 0) AS delivered,
        coalesce(sum(sign) FILTER (WHERE status IN ('UNDELIVERED', 'FAILED')), 0) AS non_deliverable,
        coalesce(sum(sign) FILTER (WHERE status IN ('QUEUED', 'SENDING', 'SENT')), 0) AS pending
    FROM unnest(facts) AS fact
    JOIN location ON location.tenant_id = fact.tenant_id AND location.id = fact.location_id
    GROUP BY 1, 2, 3, 4, 5, 6
    -- A status that changes no count (queued, sending, sent) appends nothing.
    HAVING sum(sign) <> 0
        OR sum(sign) FILTER (WHERE origin IS NOT NULL AND NOT refused) <> 0
        OR sum(sign) FILTER (WHERE origin = 'AGENT') <> 0
        OR sum(sign) FILTER (WHERE has_bill) <> 0
        OR sum(sign) FILTER (WHERE status IN ('DELIVERED', 'READ')) <> 0
        OR sum(sign) FILTER (WHERE status IN ('UNDELIVERED', 'FAILED')) <> 0
        OR sum(sign) FILTER (WHERE status IN ('QUEUED', 'SENDING', 'SENT')) <> 0;
END $$;

CREATE OR REPLACE FUNCTION message_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM append_message_hour_deltas(array_agg((
        tenant_id, location_id, campaign_id, conversation_id, contact_id, at,
        direction, origin, status, refused, payment_request_id IS NOT NULL, 1)::message_fact))
    FROM inserted HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION message_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM append_message_hour_deltas(array_agg((
        tenant_id, location_id, campaign_id, conversation_id, contact_id, at,
        direction, origin, status, refused, payment_request_id IS NOT NULL, sign)::message_fact))
    FROM (
        SELECT -1 AS sign, old_rows.* FROM old_rows
        UNION ALL
        SELECT 1, new_rows.* FROM new_rows
    ) AS facts HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION message_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM append_message_hour_deltas(array_agg((
        tenant_id, location_id, campaign_id, conversation_id, contact_id, at,
        direction, origin, status, refused, payment_request_id IS NOT NULL, -1)::message_fact))
    FROM deleted HAVING count(*) > 0;
    RETURN NULL;
END $$;

-- As before, and the conversations' days. Who folds holds the lock under which no zone changes.
CREATE OR REPLACE FUNCTION fold_message_hours(most integer) RETURNS integer LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock_shared(hashtext('message_hour'));
    WITH taken AS (
        DELETE FROM message_hour_delta
        WHERE id IN (SELECT id FROM message_hour_delta ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED)
        RETURNING *
    ), hours AS (
        INSERT INTO message_hour AS kept
            (tenant_id, location_id, hour, inbound, agent, campaign, auto, system, delivered, non_deliverable, pending)
        SELECT tenant_id, location_id, hour, sum(inbound), sum(agent), sum(campaign), sum(auto), sum(system),
            sum(delivered), sum(non_deliverable), sum(pending)
        FROM taken
        GROUP BY 1, 2, 3
        ORDER BY 1, 2, 3
        ON CONFLICT (tenant_id, location_id, hour) DO UPDATE SET
            inbound = kept.inbound + excluded.inbound,
            agent = kept.agent + excluded.agent,
            campaign = kept.campaign + excluded.campaign,
            auto = kept.auto + excluded.auto,
            system = kept.system + excluded.system,
            delivered = kept.delivered + excluded.delivered,
            non_deliverable = kept.non_deliverable + excluded.non_deliverable,
            pending = kept.pending + excluded.pending
    ), campaigns AS (
        INSERT INTO campaign_hour AS kept
            (tenant_id, location_id, campaign_id, hour, accepted, delivered, non_deliverable, pending)
        SELECT tenant_id, location_id, campaign_id, hour, sum(agent + campaign + auto + system),
            sum(delivered), sum(non_deliverable), sum(pending)
        FROM taken
        WHERE campaign_id IS NOT NULL
        GROUP BY 1, 2, 3, 4
        ORDER BY 1, 2, 3, 4
        ON CONFLICT (tenant_id, location_id, campaign_id, hour) DO UPDATE SET
            accepted = kept.accepted + excluded.accepted,
            delivered = kept.delivered + excluded.delivered,
            non_deliverable = kept.non_deliverable + excluded.non_deliverable,
            pending = kept.pending + excluded.pending
    ), days AS (
        INSERT INTO conversation_day AS kept
            (tenant_id, location_id, day, conversation_id, contact_id, texts, inbound, by_agents, bills,
             delivered, non_deliverable, pending)
        SELECT taken.tenant_id, location_id, local_date(hour, time_zone), conversation_id, contact_id, sum(texts),
            sum(inbound), sum(by_agents), sum(bills), sum(delivered), sum(non_deliverable), sum(pending)
        FROM taken
        JOIN location ON location.tenant_id = taken.tenant_id AND location.id = taken.location_id
        GROUP BY 1, 2, 3, 4, 5
        ORDER BY 1, 2, 3, 4
        ON CONFLICT (tenant_id, location_id, day, conversation_id) DO UPDATE SET
            texts = kept.texts + excluded.texts,
            inbound = kept.inbound + excluded.inbound,
            by_agents = kept.by_agents + excluded.by_agents,
            bills = kept.bills + excluded.bills,
            delivered = kept.delivered + excluded.delivered,
            non_deliverable = kept.non_deliverable + excluded.non_deliverable,
            pending = kept.pending + excluded.pending
    )
    SELECT count(*)::integer FROM taken
$$;

CREATE OR REPLACE FUNCTION rebuild_message_hours(tenant uuid, place uuid) RETURNS void LANGUAGE sql AS $$
    DELETE FROM message_hour WHERE tenant_id = tenant AND location_id = place;
    DELETE FROM campaign_hour WHERE tenant_id = tenant AND location_id = place;
    DELETE FROM conversation_day WHERE tenant_id = tenant AND location_id = place;
    DELETE FROM message_hour_delta WHERE tenant_id = tenant AND location_id = place;
    SELECT append_message_hour_deltas(array_agg((
        tenant_id, location_id, campaign_id, conversation_id, contact_id, at,
        direction, origin, status, refused, payment_request_id IS NOT NULL, 1)::message_fact))
    FROM message WHERE tenant_id = tenant AND location_id = place HAVING count(*) > 0;
$$;

INSERT INTO conversation_day
    (tenant_id, location_id, day, conversation_id, contact_id, texts, inbound, by_agents, bills, delivered,
     non_deliverable, pending)
SELECT message.tenant_id, location_id, local_date(local_hour(at, time_zone), time_zone), conversation_id, contact_id,
    count(*),
    count(*) FILTER (WHERE direction = 'INBOUND'),
    count(*) FILTER (WHERE origin = 'AGENT'),
    count(payment_request_id),
    count(*) FILTER (WHERE status IN ('DELIVERED', 'READ')),
    count(*) FILTER (WHERE status IN ('UNDELIVERED', 'FAILED')),
    count(*) FILTER (WHERE status IN ('QUEUED', 'SENDING', 'SENT'))
FROM message
JOIN location ON location.tenant_id = message.tenant_id AND location.id = message.location_id
GROUP BY 1, 2, 3, 4, 5
ORDER BY 3, 1, 2, 4;

-- A link's stamps are those of its text. A trigger copies them, since both come in one statement. The tiles about
-- links and the table by link read the links of a window alone, instead of asking each text for its own.
ALTER TABLE tracked_link
    ADD COLUMN location_id uuid,
    ADD COLUMN conversation_id uuid,
    ADD COLUMN sent_at timestamptz,
    ADD COLUMN agent_id uuid,
    ADD COLUMN campaign_id uuid,
    ADD COLUMN payment_request_id uuid;

UPDATE tracked_link SET
    location_id = message.location_id,
    conversation_id = message.conversation_id,
    sent_at = message.at,
    agent_id = message.agent_id,
    campaign_id = message.campaign_id,
    payment_request_id = message.payment_request_id
FROM message
WHERE message.tenant_id = tracked_link.tenant_id AND message.id = tracked_link.message_id;

-- tracked_link_pkey, message_pkey
CREATE FUNCTION stamp_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tracked_link SET
        location_id = message.location_id,
        conversation_id = message.conversation_id,
        sent_at = message.at,
        agent_id = message.agent_id,
        campaign_id = message.campaign_id,
        payment_request_id = message.payment_request_id
    FROM inserted
    JOIN message ON message.tenant_id = inserted.tenant_id AND message.id = inserted.message_id
    WHERE tracked_link.tenant_id = inserted.tenant_id AND tracked_link.id = inserted.id;
    RETURN NULL;
END $$;
CREATE TRIGGER links_stamped AFTER INSERT ON tracked_link
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION stamp_links();

CREATE INDEX tracked_link_sent_idx ON tracked_link (tenant_id, location_id, sent_at DESC, id DESC) INCLUDE (
    message_id, conversation_id, agent_id, campaign_id, payment_request_id, clicks, bot_clicks
);

-- Read alone, whatever a report is filtered by.
DROP INDEX wait_ended_idx, wait_run_idx, message_bill_idx, message_agent_idx, message_campaign_idx;
CREATE INDEX wait_ended_idx ON wait (tenant_id, location_id, ended_at) INCLUDE (
    outcome, elapsed_seconds, open_seconds, opened_out_of_hours, reply_undelivered, id, conversation_id, agent_id,
    campaign_id
) WHERE kind = 'INBOUND';
CREATE INDEX wait_run_idx ON wait (tenant_id, location_id, started_at) INCLUDE (
    outcome, elapsed_seconds, reply_undelivered, id, conversation_id, agent_id, campaign_id
) WHERE kind = 'OUTBOUND';
CREATE INDEX message_bill_idx ON message (tenant_id, location_id, at) INCLUDE (
    id, payment_request_id, conversation_id, direction, status, agent_id, campaign_id
) WHERE payment_request_id IS NOT NULL;
CREATE INDEX message_agent_idx ON message (tenant_id, agent_id, at DESC, id DESC) INCLUDE (
    location_id, conversation_id, direction, status, campaign_id, payment_request_id
) WHERE agent_id IS NOT NULL;
CREATE INDEX message_campaign_idx ON message (tenant_id, campaign_id, at DESC, id DESC) INCLUDE (
    location_id, conversation_id, direction, status, agent_id, payment_request_id
) WHERE campaign_id IS NOT NULL;

-- Where and in which week (of 1970 on) a text was: capitals, so that no word that is typed is one.
CREATE FUNCTION message_terms(body text, location_id uuid, at timestamptz) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_tsvector('simple', body) || array_to_tsvector(ARRAY[
        'L' || location_id::text,
        'W' || floor(extract(epoch FROM at AT TIME ZONE 'UTC') / 604800)::text
    ]);
DROP INDEX message_words_idx;
CREATE INDEX message_words_idx ON message USING gin (message_terms(body, location_id, at));

-- The table by body begins with the texts that sort first, wherever and whenever they were said.
CREATE INDEX message_body_idx ON message (tenant_id, left(lower(body), 40), at DESC, id DESC);
