-- The one way in. Call it as one autocommit statement at READ COMMITTED:
--   advisory locks first (a fair queue: exclusive on streams written, shared on streams held, sorted by lock key, one a key),
--   then each head's row (the safety net), then the clock, not_after and the uses, then everything is written.
-- A snapshot older than its locks would commit on consent that is gone: hence VOLATILE, and it raises at any other isolation.
-- Conflicts are returned, not raised. What raises is a caller's fault:
--   CA001 another incarnation · CA002 idempotency key used for another request · CA003 not called as it must be ·
--   insufficient_privilege: the login role may not append that event.
CREATE FUNCTION ledger.append(
    p_incarnation integer, p_actor text, p_acting_as text, p_app text, p_correlation text, p_causation text,
    p_expected jsonb,       -- {stream: revision}
    p_holding jsonb,        -- {stream: consent revision}
    p_not_after_us bigint, p_key text, p_request text,
    p_events jsonb          -- [{stream, event_id, type, version, data, sealed, facts: [{key, value}], uses: [{cameo, grant, step, limit}]}]
) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_home      ledger.installation;
    v_row       record;
    v_fact      record;
    v_done      bigint[];
    v_request   text;
    v_head      ledger.streams;
    v_latest    bigint := 0;
    v_now       bigint;
    v_revision  bigint;
    v_position  bigint;
    v_written   jsonb := '[]';
    v_positions bigint[] := '{}';
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'append runs at READ COMMITTED, not %', current_setting('transaction_isolation') USING ERRCODE = 'CA003';
    END IF;
    IF current_setting('transaction_timeout')::interval NOT BETWEEN interval '1 ms' AND interval '300 ms' THEN
        RAISE EXCEPTION 'append needs transaction_timeout between 1 and 300 ms' USING ERRCODE = 'CA003';
    END IF;
    SELECT * INTO v_home FROM ledger.installation;
    IF v_home.incarnation IS DISTINCT FROM p_incarnation THEN
        RAISE EXCEPTION 'incarnation % is over, % runs', p_incarnation, v_home.incarnation USING ERRCODE = 'CA001';
    END IF;
    PERFORM ledger.check_rights(p_events, session_user);

    -- 1 locks
    FOR v_row IN
        SELECT lock_key, bool_or(writes) AS writes FROM (
            SELECT hashtextextended(e ->> 'stream', 0) AS lock_key, true AS writes FROM jsonb_array_elements(p_events) e
            UNION ALL SELECT hashtextextended(h, 0), false FROM jsonb_object_keys(p_holding) h
            UNION ALL SELECT hashtextextended('key/' || p_actor || '/' || p_key, 0), true WHERE p_key IS NOT NULL
        ) wanted GROUP BY lock_key ORDER BY lock_key
    LOOP
        IF v_row.writes THEN
            PERFORM pg_advisory_xact_lock(v_row.lock_key);
        ELSE
            PERFORM pg_advisory_xact_lock_shared(v_row.lock_key);
        END IF;
    END LOOP;

    -- 2 done before: by the caller's key, or by the event's own id (a statement sent again after a lost connection)
    IF p_key IS NOT NULL THEN
        SELECT request, positions INTO v_request, v_done FROM ledger.idempotency WHERE actor = p_actor AND key = p_key;
        IF FOUND THEN
            IF v_request <> p_request THEN
                RAISE EXCEPTION 'idempotency key was used for another request' USING ERRCODE = 'CA002';
            END IF;
            RETURN jsonb_build_object('outcome', 'already_done', 'positions', to_jsonb(v_done));
        END IF;
    END IF;
    PERFORM 1 FROM ledger.events WHERE event_id = p_events -> 0 ->> 'event_id';
    IF FOUND THEN
        SELECT array_agg(position ORDER BY position) INTO v_done FROM ledger.events
            WHERE event_id IN (SELECT e ->> 'event_id' FROM jsonb_array_elements(p_events) e);
        IF cardinality(v_done) <> jsonb_array_length(p_events) THEN
            RAISE EXCEPTION 'event ids were used for another append' USING ERRCODE = 'CA002';
        END IF;
        RETURN jsonb_build_object('outcome', 'already_done', 'positions', to_jsonb(v_done));
    END IF;

    -- 3 heads
    FOR v_row IN
        SELECT name, bool_or(writes) AS writes FROM (
            SELECT e ->> 'stream' AS name, true AS writes FROM jsonb_array_elements(p_events) e
            UNION ALL SELECT h, false FROM jsonb_object_keys(p_holding) h
        ) wanted GROUP BY name ORDER BY name COLLATE "C"
    LOOP
        IF v_row.writes THEN
            SELECT * INTO v_head FROM ledger.streams WHERE stream = v_row.name FOR UPDATE;
        ELSE
            SELECT * INTO v_head FROM ledger.streams WHERE stream = v_row.name FOR SHARE;
        END IF;
        IF (p_expected ->> v_row.name)::bigint <> coalesce(v_head.revision, 0) THEN
            RETURN jsonb_build_object('outcome', 'conflict', 'stream', v_row.name,
                'held', p_expected -> v_row.name, 'found', coalesce(v_head.revision, 0));
        END IF;
        IF (p_holding ->> v_row.name)::bigint <> coalesce(v_head.consent_revision, 0) THEN
            RETURN jsonb_build_object('outcome', 'conflict', 'stream', v_row.name,
                'held', p_holding -> v_row.name, 'found', coalesce(v_head.consent_revision, 0));
        END IF;
        v_latest := greatest(v_latest, v_head.head_time_us);
    END LOOP;

    -- 4 the clock
    v_now := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    IF v_latest - v_now > 100000 THEN
        RETURN jsonb_build_object('outcome', 'clock_astray', 'head_time_us', v_latest, 'now_us', v_now);
    END IF;
    v_now := greatest(v_now, v_latest);   -- within a stream time never runs backwards: this is the time that will be written
    IF p_not_after_us <= v_now THEN
        RETURN jsonb_build_object('outcome', 'expired', 'not_after_us', p_not_after_us, 'now_us', v_now);
    END IF;

    -- 5 uses: none is taken unless all can be; the counters stay locked, in order of key
    IF p_events @? '$[*].uses[*]' THEN
        FOR v_row IN
            SELECT u ->> 'cameo' AS cameo, u ->> 'grant' AS grant_id, min(e ->> 'stream') AS generation
            FROM jsonb_array_elements(p_events) e, jsonb_array_elements(e -> 'uses') u
            WHERE u ->> 'step' IN ('reserve', 'consume') GROUP BY 1, 2
            ORDER BY (u ->> 'cameo') COLLATE "C", (u ->> 'grant') COLLATE "C"
        LOOP
            IF NOT ledger.may_use(v_row.cameo, v_row.grant_id, v_row.generation) THEN
                RETURN jsonb_build_object('outcome', 'exhausted', 'cameo', v_row.cameo, 'grant', v_row.grant_id);
            END IF;
        END LOOP;
    END IF;

    -- 6 writing
    FOR v_row IN
        SELECT x.*, (SELECT t.consent FROM ledger.event_types t WHERE t.type = x.type) FROM jsonb_to_recordset(p_events)
            AS x(stream text, event_id text, type text, version integer, data jsonb, sealed jsonb, facts jsonb, uses jsonb)
    LOOP
        INSERT INTO ledger.streams AS s VALUES (v_row.stream, 1, v_row.consent::integer, v_now)
            ON CONFLICT (stream) DO UPDATE SET revision = s.revision + 1, head_time_us = v_now,
                consent_revision = CASE WHEN v_row.consent THEN s.revision + 1 ELSE s.consent_revision END
            RETURNING revision INTO v_revision;
        INSERT INTO ledger.events VALUES (nextval('ledger.positions'), v_home.tenant, v_row.stream, v_revision, v_row.event_id,
            v_row.type, v_row.version, p_actor, p_acting_as, p_app, p_correlation, p_causation, v_now, v_row.data, v_row.sealed)
            RETURNING position INTO v_position;
        INSERT INTO ledger.outbox VALUES (v_position);
        FOR v_fact IN SELECT f ->> 'key' AS key, f -> 'value' AS value FROM jsonb_array_elements(v_row.facts) f LOOP
            IF v_fact.value = 'null' THEN
                DELETE FROM ledger.facts WHERE stream = v_row.stream AND key = v_fact.key;
            ELSE
                INSERT INTO ledger.facts VALUES (v_row.stream, v_fact.key, v_fact.value, v_revision)
                    ON CONFLICT (stream, key) DO UPDATE SET value = excluded.value, revision = excluded.revision;
            END IF;
        END LOOP;
        IF v_row.uses <> '[]' THEN
            PERFORM ledger.move_uses(v_row.stream, v_row.uses);
        END IF;
        v_positions := v_positions || v_position;
        v_written := v_written || jsonb_build_object('position', v_position, 'revision', v_revision);
    END LOOP;
    IF p_key IS NOT NULL THEN
        INSERT INTO ledger.idempotency VALUES (p_actor, p_key, p_request, v_positions, v_now);
    END IF;
    RETURN jsonb_build_object('outcome', 'appended', 'tenant', v_home.tenant, 'time_us', v_now, 'events', v_written);
END $$;

-- Each event: may this login role append it, does it belong to that kind of stream, and are its facts and uses its own.
CREATE FUNCTION ledger.check_rights(p_events jsonb, p_role text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_wrong text;
BEGIN
    SELECT e ->> 'type' INTO v_wrong FROM jsonb_array_elements(p_events) e
        WHERE NOT EXISTS (SELECT FROM ledger.rights r
            WHERE r.role = p_role AND r.type = e ->> 'type' AND e -> 'data' @> r.only_data) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'role % may not append %', p_role, v_wrong USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT e ->> 'type' INTO v_wrong FROM jsonb_array_elements(p_events) e
        JOIN ledger.event_types t ON t.type = e ->> 'type'
        WHERE split_part(e ->> 'stream', '-', 1) <> t.kind
           OR EXISTS (SELECT FROM jsonb_array_elements(e -> 'facts') f WHERE split_part(f ->> 'key', '/', 1) <> ALL (t.facts))
           OR EXISTS (SELECT FROM jsonb_array_elements(e -> 'uses') u
                WHERE u ->> 'step' IS DISTINCT FROM t.uses OR (t.uses = 'open' AND u ->> 'cameo' <> e ->> 'stream')) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% does not write that stream, fact or use', v_wrong USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- Whether a generation has, or can have, a use of a grant. Locks the counter until the end of the transaction.
CREATE FUNCTION ledger.may_use(p_cameo text, p_grant text, p_generation text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_counter ledger.grant_counters;
BEGIN
    SELECT * INTO v_counter FROM ledger.grant_counters WHERE cameo = p_cameo AND grant_id = p_grant FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM 1 FROM ledger.uses WHERE cameo = p_cameo AND grant_id = p_grant AND generation = p_generation
        AND state IN ('reserved', 'consumed');
    RETURN FOUND OR v_counter.use_limit IS NULL OR v_counter.used < v_counter.use_limit;
END $$;

-- Open, reserve, consume or return the uses that one event names; each may be repeated without effect.
CREATE FUNCTION ledger.move_uses(p_stream text, p_uses jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_use record;
    v_before text;
BEGIN
    FOR v_use IN
        SELECT u ->> 'cameo' AS cameo, u ->> 'grant' AS grant_id, u ->> 'step' AS step, (u ->> 'limit')::bigint AS use_limit
        FROM jsonb_array_elements(p_uses) u
        ORDER BY (u ->> 'cameo') COLLATE "C", (u ->> 'grant') COLLATE "C"
    LOOP
        IF v_use.step = 'open' THEN
            INSERT INTO ledger.grant_counters AS c VALUES (v_use.cameo, v_use.grant_id, v_use.use_limit, 0)
                ON CONFLICT (cameo, grant_id) DO UPDATE SET use_limit = excluded.use_limit;
            CONTINUE;
        END IF;
        SELECT state INTO v_before FROM ledger.uses
            WHERE cameo = v_use.cameo AND grant_id = v_use.grant_id AND generation = p_stream;
        IF v_use.step = 'return' THEN
            IF v_before = 'reserved' THEN
                UPDATE ledger.grant_counters SET used = used - 1 WHERE cameo = v_use.cameo AND grant_id = v_use.grant_id;
                UPDATE ledger.uses SET state = 'returned'
                    WHERE cameo = v_use.cameo AND grant_id = v_use.grant_id AND generation = p_stream;
            END IF;
        ELSE
            IF v_before IS NULL OR v_before = 'returned' THEN
                UPDATE ledger.grant_counters SET used = used + 1
                    WHERE cameo = v_use.cameo AND grant_id = v_use.grant_id AND (use_limit IS NULL OR used < use_limit);
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'a use was taken that was not there' USING ERRCODE = 'CA003';
                END IF;
            END IF;
            IF v_before IS DISTINCT FROM 'consumed' THEN
                INSERT INTO ledger.uses VALUES (v_use.cameo, v_use.grant_id, p_stream,
                        CASE v_use.step WHEN 'consume' THEN 'consumed' ELSE 'reserved' END)
                    ON CONFLICT (cameo, grant_id, generation) DO UPDATE SET state = excluded.state;
            END IF;
        END IF;
    END LOOP;
END $$;
