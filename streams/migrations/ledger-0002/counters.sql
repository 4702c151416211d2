-- An allowance counts films and their length: a grant of a cameo, or a quota of an account (`cameo` then names the account).
ALTER TABLE ledger.grant_counters ADD COLUMN limit_ms bigint,     -- NULL: unlimited
    ADD COLUMN used_ms bigint NOT NULL DEFAULT 0 CHECK (used_ms >= 0);
ALTER TABLE ledger.uses ADD COLUMN duration_ms bigint NOT NULL DEFAULT 0;

UPDATE ledger.uses u SET duration_ms = (e.data ->> 'duration_ms')::bigint FROM ledger.events e
    WHERE e.stream = u.generation AND e.type = 'generation.requested' AND e.revision = 1;
UPDATE ledger.grant_counters c SET used_ms = (SELECT coalesce(sum(u.duration_ms), 0) FROM ledger.uses u
    WHERE u.cameo = c.cameo AND u.grant_id = c.grant_id AND u.state IN ('reserved', 'consumed'));

-- How long a film the generation asked for, by its own request; NULL where nobody asked.
CREATE FUNCTION ledger.length_ms(p_generation text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN (SELECT (f.value ->> 'duration_ms')::bigint FROM ledger.facts f WHERE f.stream = p_generation AND f.key = 'request');

-- Whether a generation has, or can have, its part of an allowance. Locks the counter until the end of the transaction.
CREATE OR REPLACE FUNCTION ledger.may_use(p_cameo text, p_grant text, p_generation text) RETURNS boolean
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
    IF FOUND THEN
        RETURN true;
    END IF;
    RETURN (v_counter.use_limit IS NULL OR v_counter.used < v_counter.use_limit)
        AND (v_counter.limit_ms IS NULL
             OR coalesce(v_counter.used_ms + ledger.length_ms(p_generation) <= v_counter.limit_ms, false));
END $$;

-- Open, reserve, consume or return what one event names; each may be repeated without effect.
CREATE OR REPLACE FUNCTION ledger.move_uses(p_stream text, p_uses jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_use record;
    v_before ledger.uses;
    v_length_ms bigint;
BEGIN
    FOR v_use IN
        SELECT u ->> 'cameo' AS cameo, u ->> 'grant' AS grant_id, u ->> 'step' AS step,
            (u ->> 'limit')::bigint AS use_limit, (u ->> 'limit_ms')::bigint AS limit_ms
        FROM jsonb_array_elements(p_uses) u
        ORDER BY (u ->> 'cameo') COLLATE "C", (u ->> 'grant') COLLATE "C"
    LOOP
        IF v_use.step = 'open' THEN
            INSERT INTO ledger.grant_counters AS c (cameo, grant_id, use_limit, limit_ms)
                VALUES (v_use.cameo, v_use.grant_id, v_use.use_limit, v_use.limit_ms)
                ON CONFLICT (cameo, grant_id) DO UPDATE SET use_limit = excluded.use_limit, limit_ms = excluded.limit_ms;
            CONTINUE;
        END IF;
        SELECT * INTO v_before FROM ledger.uses
            WHERE cameo = v_use.cameo AND grant_id = v_use.grant_id AND generation = p_stream;
        IF v_use.step = 'return' THEN
            IF v_before.state = 'reserved' THEN
                UPDATE ledger.grant_counters SET used = used - 1, used_ms = used_ms - v_before.duration_ms
                    WHERE cameo = v_use.cameo AND grant_id = v_use.grant_id;
                UPDATE ledger.uses SET state = 'returned'
                    WHERE cameo = v_use.cameo AND grant_id = v_use.grant_id AND generation = p_stream;
            END IF;
            CONTINUE;
        END IF;
        v_length_ms := v_before.duration_ms;
        IF v_before.state IS NULL OR v_before.state = 'returned' THEN
            v_length_ms := coalesce(ledger.length_ms(p_stream), 0);
            UPDATE ledger.grant_counters SET used = used + 1, used_ms = used_ms + v_length_ms
                WHERE cameo = v_use.cameo AND grant_id = v_use.grant_id
                    AND (use_limit IS NULL OR used < use_limit)
                    AND (limit_ms IS NULL OR used_ms + v_length_ms <= limit_ms);
            IF NOT FOUND THEN
                RAISE EXCEPTION 'a use was taken that was not there' USING ERRCODE = 'CA003';
            END IF;
        END IF;
        IF v_before.state IS DISTINCT FROM 'consumed' THEN
            INSERT INTO ledger.uses VALUES (v_use.cameo, v_use.grant_id, p_stream,
                    CASE v_use.step WHEN 'consume' THEN 'consumed' ELSE 'reserved' END, v_length_ms)
                ON CONFLICT (cameo, grant_id, generation) DO UPDATE
                    SET state = excluded.state, duration_ms = excluded.duration_ms;
        END IF;
    END LOOP;
END $$;
