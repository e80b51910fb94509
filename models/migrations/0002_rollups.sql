-- Messages by location and local hour (data.md, "Rollups that are always exact"). Writers append signed
-- deltas; a folder moves them into the rollups; readers add both. Nobody waits for anybody.
CREATE TABLE message_hour (
    tenant_id uuid NOT NULL,
    location_id uuid NOT NULL,
    hour timestamptz NOT NULL,
    inbound integer NOT NULL,
    agent integer NOT NULL,
    campaign integer NOT NULL,
    auto integer NOT NULL,
    system integer NOT NULL,
    delivered integer NOT NULL,
    non_deliverable integer NOT NULL,
    pending integer NOT NULL,
    -- The counts are read from the index alone: a third of the time, as hours of a place lie far apart.
    PRIMARY KEY (tenant_id, location_id, hour) INCLUDE (inbound, agent, campaign, auto, system),
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id)
) WITH (fillfactor = 70);

CREATE TABLE campaign_hour (
    tenant_id uuid NOT NULL,
    location_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    hour timestamptz NOT NULL,
    accepted integer NOT NULL,
    delivered integer NOT NULL,
    non_deliverable integer NOT NULL,
    pending integer NOT NULL,
    PRIMARY KEY (tenant_id, location_id, campaign_id, hour),
    FOREIGN KEY (tenant_id, location_id) REFERENCES location (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id)
) WITH (fillfactor = 70);

CREATE TABLE message_hour_delta (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL,
    location_id uuid NOT NULL,
    campaign_id uuid,
    hour timestamptz NOT NULL,
    inbound integer NOT NULL,
    agent integer NOT NULL,
    campaign integer NOT NULL,
    auto integer NOT NULL,
    system integer NOT NULL,
    delivered integer NOT NULL,
    non_deliverable integer NOT NULL,
    pending integer NOT NULL
);
CREATE INDEX message_hour_delta_idx ON message_hour_delta (tenant_id, location_id, hour);

-- The start of the local hour that an instant lies in. Its offset decides, so that both runs of a repeated
-- hour keep their own bucket, and half-hour zones begin theirs at their own full hours.
CREATE FUNCTION local_hour(at timestamptz, zone text) RETURNS timestamptz
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN at - make_interval(secs => mod(extract(epoch FROM at AT TIME ZONE zone), 3600)::double precision);

CREATE TYPE message_fact AS (
    tenant_id uuid, location_id uuid, campaign_id uuid, at timestamptz,
    direction text, origin text, status text, refused boolean, sign integer
);

-- In plpgsql, which keeps its plan for the session: as a plain SQL function it would be planned with every text.
CREATE FUNCTION append_message_hour_deltas(facts message_fact[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO message_hour_delta
        (tenant_id, location_id, campaign_id, hour, inbound, agent, campaign, auto, system,
         delivered, non_deliverable, pending)
    SELECT
        fact.tenant_id, fact.location_id, fact.campaign_id, local_hour(fact.at, location.time_zone) AS hour,
        coalesce(sum(sign) FILTER (WHERE direction = 'INBOUND'), 0) AS inbound,
        coalesce(sum(sign) FILTER (WHERE origin = 'AGENT' AND NOT refused), 0) AS agent,
        coalesce(sum(sign) FILTER (WHERE origin = 'CAMPAIGN' AND NOT refused), 0) AS campaign,
        coalesce(sum(sign) FILTER (WHERE origin = 'AUTO' AND NOT refused), 0) AS auto,
        coalesce(sum(sign) FILTER (WHERE origin = 'SYSTEM' AND NOT refused), 0) AS system,
        coalesce(sum(sign) FILTER (WHERE status IN ('DELIVERED', 'READ')), 0) AS delivered,
        coalesce(sum(sign) FILTER (WHERE status IN ('UNDELIVERED', 'FAILED')), 0) AS non_deliverable,
        coalesce(sum(sign) FILTER (WHERE status IN ('QUEUED', 'SENDING', 'SENT')), 0) AS pending
    FROM unnest(facts) AS fact
    JOIN location ON location.tenant_id = fact.tenant_id AND location.id = fact.location_id
    GROUP BY 1, 2, 3, 4
    -- A status that changes no count (queued, sending, sent) appends nothing.
    HAVING sum(sign) <> 0
        OR sum(sign) FILTER (WHERE origin IS NOT NULL AND NOT refused) <> 0
        OR sum(sign) FILTER (WHERE status IN ('DELIVERED', 'READ')) <> 0
        OR sum(sign) FILTER (WHERE status IN ('UNDELIVERED', 'FAILED')) <> 0
        OR sum(sign) FILTER (WHERE status IN ('QUEUED', 'SENDING', 'SENT')) <> 0;
END $$;

CREATE FUNCTION message_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM append_message_hour_deltas(array_agg(
        (tenant_id, location_id, campaign_id, at, direction, origin, status, refused, 1)::message_fact))
    FROM inserted HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION message_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM append_message_hour_deltas(array_agg(fact))
    FROM (
        SELECT (tenant_id, location_id, campaign_id, at, direction, origin, status, refused, -1)::message_fact AS fact
        FROM old_rows
        UNION ALL
        SELECT (tenant_id, location_id, campaign_id, at, direction, origin, status, refused, 1)::message_fact
        FROM new_rows
    ) AS facts HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION message_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM append_message_hour_deltas(array_agg(
        (tenant_id, location_id, campaign_id, at, direction, origin, status, refused, -1)::message_fact))
    FROM deleted HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE TRIGGER message_inserted AFTER INSERT ON message
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION message_inserted();
CREATE TRIGGER message_updated AFTER UPDATE ON message
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION message_updated();
CREATE TRIGGER message_deleted AFTER DELETE ON message
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION message_deleted();

-- Move up to `most` deltas into the rollups; other folders skip what this one holds. Returns how many.
-- The shared lock keeps a rebuild from counting what is on its way from one table to the other.
CREATE FUNCTION fold_message_hours(most integer) RETURNS integer LANGUAGE sql AS $$
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
    )
    SELECT count(*)::integer FROM taken
$$;

-- Before a change of the zone: keeps folders away, then every writer of the location's messages, in the order
-- in which a folder takes its locks too.
CREATE FUNCTION lock_message_hours(tenant uuid, place uuid) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtext('message_hour'));
    SELECT FROM location WHERE tenant_id = tenant AND id = place FOR UPDATE;
$$;

-- After it: the buckets begin elsewhere. The caller holds `lock_message_hours`.
CREATE FUNCTION rebuild_message_hours(tenant uuid, place uuid) RETURNS void LANGUAGE sql AS $$
    DELETE FROM message_hour WHERE tenant_id = tenant AND location_id = place;
    DELETE FROM campaign_hour WHERE tenant_id = tenant AND location_id = place;
    DELETE FROM message_hour_delta WHERE tenant_id = tenant AND location_id = place;
    SELECT append_message_hour_deltas(array_agg(
        (tenant_id, location_id, campaign_id, at, direction, origin, status, refused, 1)::message_fact))
    FROM message WHERE tenant_id = tenant AND location_id = place HAVING count(*) > 0;
$$;
