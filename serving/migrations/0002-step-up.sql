-- depends: 0001-access
-- What a person proves themselves with before consent is widened. Whether they want that is said by the record (fact step_up).
CREATE TABLE access.step_up (
    account       text PRIMARY KEY REFERENCES access.handles (account) ON DELETE CASCADE,
    nonce         bytea NOT NULL,
    sealed        bytea NOT NULL,            -- the TOTP secret: AES-256-GCM under secrets/access.key, bound to the account
    last_step     bigint NOT NULL DEFAULT 0, -- the newest time step whose code was taken: none is taken twice
    last_key      text NOT NULL DEFAULT '',  -- under which idempotency key, so that a retry of the same command is let through
    tries         integer NOT NULL DEFAULT 0,
    locked_until  timestamptz
);

CREATE TABLE access.recovery_codes (
    account  text NOT NULL REFERENCES access.step_up ON DELETE CASCADE,
    sha256   bytea NOT NULL,                 -- of 80 random bits: no salt needed
    PRIMARY KEY (account, sha256)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON access.step_up TO api;
GRANT SELECT, INSERT, DELETE ON access.recovery_codes TO api;
