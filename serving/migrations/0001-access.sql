-- Who may call the API: handles (unique, for look-up) and bearer tokens, hashed. Not part of the record.
CREATE SCHEMA IF NOT EXISTS access;

CREATE TABLE access.handles (
    handle   text PRIMARY KEY,             -- NFKC, case folded
    shown    text NOT NULL,
    account  text NOT NULL UNIQUE
);

CREATE TABLE access.tokens (
    token_id    text PRIMARY KEY,
    sha256      bytea NOT NULL UNIQUE,     -- of 32 random bytes: no salt needed
    account     text NOT NULL,
    scopes      text[] NOT NULL,
    app         text,
    label       text NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz
);
CREATE INDEX tokens_account ON access.tokens (account);

GRANT USAGE ON SCHEMA access TO api;
GRANT SELECT, INSERT, DELETE ON access.handles, access.tokens TO api;
