-- depends: 0001-access 0002-step-up 0003-requests
-- Who asked whether somebody is still the person of their cameo. What was answered is in the record; the asking is not: it
-- tells of whom somebody does business with, and goes when it is over.
CREATE TABLE access.verifications (
    ask           text COLLATE "C" PRIMARY KEY,
    party         text COLLATE "C" NOT NULL,   -- the account that asks
    app           text COLLATE "C",            -- the app through which it asks
    owner         text COLLATE "C" NOT NULL,
    audience      text NOT NULL,
    nonce         text NOT NULL,
    level         text NOT NULL,
    asked_at      timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    declined      boolean NOT NULL DEFAULT false,
    verification  text COLLATE "C"             -- the challenge by which it is being answered
);
CREATE INDEX verifications_by_owner ON access.verifications (owner, asked_at DESC);
CREATE INDEX verifications_by_party ON access.verifications (party, owner);

-- Re-verifications that were used as a fresh proof before consent was widened: each once.
CREATE TABLE access.used_verifications (
    verification  text COLLATE "C" PRIMARY KEY,
    used_under    text NOT NULL,               -- the idempotency key, so that a retry of the same command is let through
    used_at       timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON access.verifications TO api;
GRANT SELECT, INSERT, DELETE ON access.used_verifications TO api;

-- Tokens by which somebody who lost all others may only enrol, to be known again by their face.
CREATE TABLE access.recoveries (
    token_id  text PRIMARY KEY REFERENCES access.tokens (token_id) ON DELETE CASCADE,
    account   text COLLATE "C" NOT NULL,
    begun_at  timestamptz NOT NULL
);
GRANT SELECT, INSERT, DELETE ON access.recoveries TO api;
