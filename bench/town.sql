-- Fills a migrated database that has a company with conversations, texts and waits, as rules would leave them.
-- Reads `size` (tenant_id, viewer_id, messages, last_day, now) and `phrase` (number, body), which the caller made.
-- Foreign keys and triggers rest meanwhile, and are held against the result by a test; rollups are counted by
-- the function that counts them after a change of zone.
SET LOCAL session_replication_role = replica;
SET LOCAL maintenance_work_mem = '512MB';
SET LOCAL work_mem = '128MB';
SELECT setseed(0.42);

CREATE FUNCTION pg_temp.key(at timestamptz, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN (
    lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
    || '7' || lpad(to_hex(number & 4095), 3, '0')
    || '8' || left(md5(number::text), 15)
)::uuid;

-- Filling a table and indexing it afterwards takes a third of the time.
CREATE TEMP TABLE resting ON COMMIT DROP AS
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
FROM pg_index
WHERE indrelid IN ('contact'::regclass, 'conversation'::regclass, 'message'::regclass, 'wait'::regclass)
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid);
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT resting.name FROM resting LOOP
        EXECUTE 'DROP INDEX ' || name;
    END LOOP;
END $$;

CREATE TEMP TABLE place ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY location.external_id) AS number, location.id, location.time_zone,
    location_number.number AS phone, app_user.id AS agent_id
FROM location
JOIN location_number ON location_number.location_id = location.id
JOIN app_user ON app_user.external_id = 'agent-' || location.external_id;

CREATE TEMP TABLE label ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY external_id) AS number, id FROM tag;

CREATE TEMP TABLE mailing ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY external_id) AS number, id FROM campaign;

-- Each contact has one conversation, every other one a second, which is closed. Some places get far more.
CREATE TEMP TABLE talk ON COMMIT DROP AS
SELECT number, (number - 1) % contacts + 1 AS contact, day,
    1 + floor(places * power(random(), 1.4))::integer AS place,
    CASE
        WHEN number > contacts OR day > 30 THEN 'CLOSED'
        WHEN random() < 0.05 THEN 'SNOOZED'
        ELSE 'OPEN'
    END AS status,
    random() < 0.45 AS may_wait,
    number > contacts AND random() < 0.1 AS moves,
    -- Contacts with one conversation, which is over.
    number BETWEEN talks - contacts + 1 AND contacts AND day > 30 AND number % 50 = 0 AS opts_out
FROM (
    SELECT number, floor(400 * random())::integer AS day, greatest(messages / 25, 1) AS contacts,
        greatest(messages * 6 / 100, 1) AS talks, (SELECT count(*) FROM place) AS places
    FROM size, generate_series(1, greatest(messages * 6 / 100, 1)) AS number
) AS drawn;

-- A customer asks twice, a person answers twice; each on a day of its own, in the evening answered next morning.
-- Some first answers have a bill or a link, and a link is in the second one where a campaign sent it.
CREATE TEMP TABLE exchange ON COMMIT DROP AS
SELECT number, talk, place, "nth", back, waits, starts_at, answered_at, opens_at,
    extract(epoch FROM answered_at - starts_at)::double precision AS seconds,
    number % 25 = 3 AND NOT waits AS is_billed, number % 8 = 0 AND NOT waits AS is_mailed,
    number % 10 = 5 AND number % 25 <> 3 AND NOT waits AS has_link
FROM (
    SELECT *,
        ((drawn.day + CASE WHEN is_late THEN time '22:15' ELSE time '09:00' END)
            + CASE WHEN is_late THEN 1.5 ELSE 11 END * share * interval '1 hour')
            AT TIME ZONE time_zone AS starts_at,
        (drawn.day + 1 + time '08:00') AT TIME ZONE time_zone AS opens_at
    FROM (
        SELECT asked.number, talk.number AS talk, talk.place, time_zone,
            row_number() OVER newest_first - 1 AS back,
            count(*) OVER (PARTITION BY talk.number) - row_number() OVER newest_first AS "nth",
            size.last_day - (talk.day + 2 * (row_number() OVER newest_first - 1)
                + floor(2 * random()))::integer AS day,
            random() < 0.1 AS is_late, random() AS share, random() AS patience,
            may_wait AND status <> 'CLOSED' AND row_number() OVER newest_first = 1 AS waits
        FROM size
        CROSS JOIN LATERAL (
            SELECT number,
                CASE WHEN number <= talks THEN number ELSE 1 + floor(talks * random())::bigint END AS talk
            FROM (SELECT count(*) AS talks FROM talk) AS counted, generate_series(1, size.messages / 4) AS number
        ) AS asked
        JOIN talk ON talk.number = asked.talk
        JOIN place ON place.number = talk.place
        WINDOW newest_first AS (PARTITION BY talk.number ORDER BY asked.number)
    ) AS drawn
) AS timed
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN is_late THEN opens_at + patience * interval '55 minutes'
        ELSE starts_at + exp(3.5 + 4.5 * patience) * interval '1 second'
    END AS answered_at
) AS answer;

CREATE TEMP TABLE whole ON COMMIT DROP AS
SELECT talk.*, first.starts_at AS began_at, min(first.starts_at) OVER (PARTITION BY contact) AS known_at, last.starts_at AS asked_at, last.waits, last."nth" + 1 AS exchanges,
    CASE WHEN last.waits THEN last.starts_at + interval '20 seconds'
        ELSE last.answered_at + interval '40 seconds' END AS said_at,
    last.number::bigint * 4 - CASE WHEN last.waits THEN 2 ELSE 0 END AS last_message,
    pg_temp.key(first.starts_at, 1000000000000 + talk.number) AS id,
    pg_temp.key(first.starts_at, 2000000000000 + talk.contact) AS contact_id
FROM talk
JOIN exchange AS last ON last.talk = talk.number AND last.back = 0
JOIN exchange AS first ON first.talk = talk.number AND first."nth" = 0;
-- A contact is known by the key of their first conversation.
UPDATE whole SET contact_id = first.contact_id
FROM whole AS first
WHERE first.number = whole.contact AND whole.number <> whole.contact;

INSERT INTO contact (tenant_id, id, phone, first_name, last_name, opted_out_at, created_at)
SELECT tenant_id, contact_id, '+1' || 200 + number / 10000 || '555' || lpad((number % 10000)::text, 4, '0'),
    CASE WHEN number % 5 <> 0 THEN (ARRAY['Ada', 'Ben', 'Chloé', 'Dan', 'Eve', 'Finn', 'Gül', 'Hugo'])[1 + number % 8] END,
    CASE WHEN number % 5 <> 0 THEN (ARRAY['Abbott', 'Brown', 'Cruz', 'Diaz', 'Evans', 'Ford', 'Gray'])[1 + number / 8 % 7] END,
    CASE WHEN opts_out THEN said_at + interval '5 minutes' END,
    known_at
FROM size, whole
WHERE number = contact;

INSERT INTO conversation
    (tenant_id, id, location_id, contact_id, status, version, created_at, last_activity_at, last_message_id,
     waiting_since, answered, active, entry_count, assignee_id, tag_ids, snoozed_until, closed_at)
SELECT size.tenant_id, whole.id, coalesce(target.id, place.id), contact_id, status,
    4 * exchanges - CASE WHEN waits THEN 2 ELSE 0 END + CASE WHEN moves OR opts_out THEN 1 ELSE 0 END,
    began_at, said_at + CASE WHEN moves THEN interval '10 minutes' ELSE interval '0' END,
    pg_temp.key(said_at, last_message),
    CASE WHEN waits THEN asked_at END, exchanges > 1 OR NOT waits, true, 2 * exchanges,
    CASE WHEN status <> 'CLOSED' AND whole.number % 2 = 0 THEN place.agent_id END,
    CASE WHEN whole.number % 3 = 0 THEN ARRAY(
        SELECT id FROM label WHERE number IN (1 + whole.number % 20, 1 + whole.number % 7) ORDER BY number
    ) ELSE '{}' END,
    CASE WHEN status = 'SNOOZED' THEN now + interval '2 days' END,
    CASE WHEN status = 'CLOSED' THEN said_at + interval '1 hour' END
FROM size
CROSS JOIN whole
JOIN place ON place.number = whole.place
LEFT JOIN place AS target ON moves AND target.number = (whole.place + 3) % (SELECT count(*) FROM place) + 1
ORDER BY said_at;

INSERT INTO conversation_tag (tenant_id, tag_id, conversation_id, location_id, status, last_activity_at)
SELECT tenant_id, tag_id, id, location_id, status, last_activity_at
FROM conversation, unnest(tag_ids) AS tag_id;

INSERT INTO conversation_read (tenant_id, user_id, conversation_id, entry_count, at)
SELECT size.tenant_id, viewer_id, id, 2 * exchanges - number % 3, said_at
FROM size, whole
WHERE status <> 'CLOSED' AND number % 4 <> 0;

INSERT INTO payment_request
    (tenant_id, id, invoice, amount, currency, contact_id, location_id, status, paid_at, paid_amount, card_type,
     by_user_id, created_at)
SELECT tenant_id, pg_temp.key(answered_at, 5000000000000 + exchange.number), 'INV-' || exchange.number,
    due, 'USD', contact_id, place.id, CASE WHEN is_paid THEN 'PAID' ELSE 'REQUESTED' END,
    CASE WHEN is_paid THEN answered_at + interval '25 minutes' END, CASE WHEN is_paid THEN due END,
    CASE WHEN is_paid THEN (ARRAY['VISA', 'MASTERCARD', 'AMEX'])[1 + exchange.number % 3] END, agent_id,
    answered_at
FROM size
CROSS JOIN exchange
CROSS JOIN LATERAL (
    SELECT exchange.number % 5 <> 0 AS is_paid, 10 + exchange.number % 900 AS due
) AS bill
JOIN whole ON whole.number = exchange.talk
JOIN place ON place.number = exchange.place
WHERE is_billed;

INSERT INTO payment_event (tenant_id, id, payment_request_id, invoice, at, kind, amount, card_type)
SELECT tenant_id, pg_temp.key(paid_at, 6000000000000 + row_number() OVER (ORDER BY id)), id, invoice, paid_at,
    'PAID', paid_amount, card_type
FROM payment_request
WHERE paid_at IS NOT NULL;

-- One text in five names an article, of five hundred: some are asked for all the time, some hardly ever.
INSERT INTO message
    (tenant_id, id, conversation_id, location_id, contact_id, at, direction, origin, external_id, body,
     from_number, to_number, received_on, agent_id, campaign_id, payment_request_id, status, status_at,
     failure_code, eligible, encoding, segments, version)
SELECT size.tenant_id, pg_temp.key(at, text.serial), whole.id, place.id, whole.contact_id, at,
    CASE WHEN is_inbound THEN 'INBOUND' ELSE 'OUTBOUND' END,
    CASE WHEN is_campaign THEN 'CAMPAIGN' WHEN NOT is_inbound THEN 'AGENT' END,
    'SM' || text.serial,
    phrase.body
        || CASE WHEN text.serial % 5 = 0 THEN ' (article' || floor(500 * power(random(), 3)) || ')' ELSE '' END
        || CASE WHEN step = 3 AND is_billed THEN ' Invoice INV-' || text.number ELSE '' END,
    CASE WHEN is_inbound THEN contact.phone ELSE place.phone END,
    CASE WHEN is_inbound THEN place.phone ELSE contact.phone END,
    CASE WHEN is_inbound THEN place.phone END,
    CASE WHEN NOT is_inbound AND NOT is_campaign THEN place.agent_id END,
    CASE WHEN is_campaign THEN mailing.id END,
    CASE WHEN step = 3 AND is_billed THEN pg_temp.key(answered_at, 5000000000000 + text.number) END,
    text.status, at + CASE WHEN is_inbound THEN interval '0' ELSE interval '3 seconds' END,
    CASE WHEN text.status = 'UNDELIVERED' THEN '30003' END, is_inbound, 'GSM_7', 1, 4 * "nth" + step
FROM (
    SELECT exchange.*, step, 4 * (exchange.number - 1)::bigint + step AS serial, step <= 2 AS is_inbound,
        step = 4 AND is_mailed AS is_campaign,
        CASE step
            WHEN 1 THEN starts_at
            WHEN 2 THEN starts_at + interval '20 seconds'
            WHEN 3 THEN answered_at
            ELSE answered_at + interval '40 seconds'
        END AS at,
        CASE
            WHEN step <= 2 THEN 'RECEIVED'
            WHEN exchange.number % 37 = 0 THEN 'UNDELIVERED'
            WHEN exchange.number % 53 = 0 THEN 'SENT'
            ELSE 'DELIVERED'
        END AS status
    FROM exchange, generate_series(1, 4) AS step
    WHERE step <= 2 OR NOT waits
) AS text
CROSS JOIN size
JOIN whole ON whole.number = text.talk
JOIN place ON place.number = text.place
JOIN contact ON contact.id = whole.contact_id
JOIN phrase ON phrase.number = text.serial * 7919 % (SELECT count(*) FROM phrase)
JOIN mailing ON mailing.number = 1 + text.serial % (SELECT count(*) FROM mailing)
ORDER BY at;

INSERT INTO tracked_link
    (tenant_id, id, message_id, slug, url, clicks, bot_clicks, first_clicked_at, location_id, conversation_id,
     sent_at, agent_id, campaign_id, payment_request_id)
SELECT size.tenant_id, pg_temp.key(said_at, 7000000000000 + link.number), message.id,
    'link-' || link.number, url, clicks, CASE WHEN link.number % 6 = 0 THEN 1 ELSE 0 END,
    CASE WHEN clicks > 0 THEN said_at + interval '10 minutes' END, location_id, conversation_id, at, agent_id,
    campaign_id, payment_request_id
FROM size
CROSS JOIN (
    SELECT answered_at AS said_at, 4 * exchange.number::bigint - 1 AS number,
        CASE WHEN is_billed THEN 'https://pay.example/pay/' || exchange.number
            ELSE 'https://shop.example/orders/' || exchange.number % 5000 END AS url
    FROM exchange
    WHERE is_billed OR has_link
    UNION ALL
    SELECT answered_at + interval '40 seconds', 4 * exchange.number::bigint,
        'https://shop.example/offers/' || exchange.number % 40
    FROM exchange
    WHERE is_mailed
) AS link
JOIN message ON message.id = pg_temp.key(said_at, link.number)
CROSS JOIN LATERAL (SELECT greatest(link.number * 31 % 5 - 2, 0)::integer AS clicks) AS clicked;

INSERT INTO wait
    (tenant_id, id, kind, chain_id, conversation_id, location_id, contact_id, started_at, ended_at, outcome,
     elapsed_seconds, open_seconds, opened_out_of_hours, agent_id, question_id, answer_id)
SELECT tenant_id, key, 'INBOUND', key, whole.id, place.id, contact_id, starts_at,
    ended_at, CASE WHEN ended_at IS NOT NULL THEN 'ANSWERED' END,
    extract(epoch FROM ended_at - starts_at)::double precision,
    extract(epoch FROM ended_at - CASE WHEN is_late THEN opens_at ELSE starts_at END)::double precision,
    is_late, CASE WHEN ended_at IS NOT NULL THEN agent_id END,
    pg_temp.key(starts_at, 4 * exchange.number::bigint - 3),
    CASE WHEN ended_at IS NOT NULL THEN pg_temp.key(answered_at, 4 * exchange.number::bigint - 1) END
FROM size
CROSS JOIN exchange
CROSS JOIN LATERAL (
    SELECT pg_temp.key(starts_at, 3000000000000 + exchange.number) AS key,
        CASE WHEN NOT exchange.waits THEN answered_at END AS ended_at,
        answered_at >= opens_at AS is_late
) AS leg
JOIN whole ON whole.number = exchange.talk
JOIN place ON place.number = exchange.place
ORDER BY coalesce(ended_at, starts_at);

-- The last answer of a conversation is a run that goes on; nothing is written when it has lasted long enough.
INSERT INTO wait
    (tenant_id, id, kind, chain_id, conversation_id, location_id, contact_id, started_at, ended_at, outcome,
     elapsed_seconds, open_seconds, opened_out_of_hours, agent_id, question_id, answer_id)
SELECT tenant_id, key, 'OUTBOUND', key, whole.id, place.id, contact_id, answered_at, ended_at,
    CASE WHEN ended_at IS NOT NULL THEN 'ANSWERED' END, lasted, lasted, false, agent_id,
    pg_temp.key(answered_at, 4 * run.number::bigint - 1),
    CASE WHEN ended_at IS NOT NULL THEN pg_temp.key(ended_at, 4 * next::bigint - 3) END
FROM size
CROSS JOIN (
    SELECT *, lead(starts_at) OVER in_order AS ended_at, lead(number) OVER in_order AS next,
        pg_temp.key(answered_at, 8000000000000 + number) AS key
    FROM exchange
    WINDOW in_order AS (PARTITION BY talk ORDER BY starts_at)
) AS run
CROSS JOIN LATERAL (SELECT extract(epoch FROM ended_at - answered_at)::double precision AS lasted) AS clock
JOIN whole ON whole.number = run.talk
JOIN place ON place.number = run.place
WHERE NOT run.waits
ORDER BY answered_at;

INSERT INTO consent_change
    (tenant_id, id, contact_id, conversation_id, location_id, at, state, method, by_user_id, cause,
     cause_message_id, cause_agent_id, cause_campaign_id, version)
SELECT size.tenant_id, pg_temp.key(contact.opted_out_at, 9000000000000 + whole.number), contact.id, whole.id,
    place.id, contact.opted_out_at, 'OPTED_OUT', 'MANUAL', place.agent_id,
    CASE WHEN campaign_id IS NOT NULL THEN 'CAMPAIGN' ELSE 'MESSAGE' END,
    message.id, message.agent_id, campaign_id, 4 * exchanges + 1
FROM size
CROSS JOIN whole
JOIN place ON place.number = whole.place
JOIN contact ON contact.id = whole.contact_id
JOIN message ON message.id = pg_temp.key(said_at, last_message)
WHERE opts_out;

INSERT INTO transfer
    (tenant_id, id, conversation_id, contact_id, from_location_id, to_location_id, at, by_user_id, version)
SELECT size.tenant_id, pg_temp.key(at, 4000000000000 + whole.number), whole.id, contact_id, place.id, target.id,
    at, place.agent_id, 4 * exchanges + 1
FROM size
CROSS JOIN whole
CROSS JOIN LATERAL (SELECT said_at + interval '10 minutes' AS at) AS move
JOIN place ON place.number = whole.place
JOIN place AS target ON target.number = (whole.place + 3) % (SELECT count(*) FROM place) + 1
WHERE moves;

DO $$
DECLARE definition text;
BEGIN
    FOR definition IN SELECT resting.definition FROM resting LOOP
        EXECUTE definition;
    END LOOP;
END $$;

SELECT rebuild_message_hours(tenant_id, id) FROM location;
