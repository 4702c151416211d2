-- depends: 0001-access
-- How often somebody did something lately, recordings that are still on their way, and which device took a challenge. Not part
-- of the record; accounts are pseudonymous ids, devices and addresses are keyed digests.
CREATE TABLE access.rates (
    name          text COLLATE "C" PRIMARY KEY,   -- WHAT/OF/WHOM, as start/account/account-0f1e...
    full_at       timestamptz NOT NULL,           -- GCRA: the time at which all of the allowance is there again
    slowed        integer NOT NULL DEFAULT 0,     -- how often it was slowed down within the month
    slowed_until  timestamptz
);
CREATE INDEX rates_full ON access.rates (full_at);

-- The face of one of these was seen on another: each waits, longer each time, and none is told why. The worker calls it.
CREATE FUNCTION access.slow(accounts text[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = access, pg_temp AS $$
    INSERT INTO access.rates AS r (name, full_at, slowed, slowed_until)
    SELECT what || '/account/' || account, now(), 1, now() + interval '15 minutes'
    FROM unnest(ARRAY['start', 'submit']) AS what, unnest(accounts) AS account ORDER BY 1
    ON CONFLICT (name) DO UPDATE SET
        slowed = CASE WHEN r.slowed_until > now() - interval '30 days' THEN least(r.slowed + 1, 20) ELSE 1 END,
        slowed_until = now() + least(
            interval '15 minutes' * power(2, CASE WHEN r.slowed_until > now() - interval '30 days' THEN least(r.slowed, 20) ELSE 0 END),
            interval '7 days')
$$;
REVOKE ALL ON FUNCTION access.slow FROM PUBLIC;

CREATE TABLE access.uploads (
    upload      text COLLATE "C" PRIMARY KEY,
    account     text NOT NULL,
    enrolment   text NOT NULL,
    length      bigint NOT NULL,
    received    bigint NOT NULL DEFAULT 0,
    stored      bigint NOT NULL DEFAULT 0,      -- bytes of the sealed file that count
    label       text NOT NULL,                  -- what the camera calls itself
    nonce       bytea NOT NULL,
    sealed_key  bytea NOT NULL,                 -- of the sealed file, AES-256-GCM under secrets/access.key; with the row the file is unreadable
    done        boolean NOT NULL DEFAULT false, -- handed to the checks
    expires_at  timestamptz NOT NULL
);
CREATE INDEX uploads_account ON access.uploads (account);

CREATE TABLE access.devices (
    enrolment  text PRIMARY KEY,
    account    text NOT NULL,
    device     bytea NOT NULL,                  -- keyed digest of what the client drew
    taken_at   timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE, DELETE ON access.rates, access.uploads TO api;
GRANT SELECT, INSERT, DELETE ON access.devices TO api;
GRANT USAGE ON SCHEMA access TO worker;
GRANT EXECUTE ON FUNCTION access.slow TO worker, api;
