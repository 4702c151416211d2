-- depends: 0001-access 0002-step-up
-- What somebody asked owners for, as whoever asked sees it. Not part of the record: what an owner is shown is in the ledger,
-- and a request that its owner is not shown (they block who asks) is here alone, so that it looks like any other.
CREATE TABLE access.requests (
    request    text COLLATE "C" PRIMARY KEY,
    requester  text COLLATE "C" NOT NULL,
    cameo      text COLLATE "C" NOT NULL,
    digest     text NOT NULL,              -- keyed, of what was asked: for a retry under its idempotency key
    event_id   text NOT NULL,              -- of the event that shows it to the owner
    state      text NOT NULL,              -- open, approved, changed, refused, ignored (told as open), withdrawn
    grant_id   text,
    asked_at   timestamptz NOT NULL
);
CREATE INDEX requests_by_requester ON access.requests (requester, asked_at DESC, request DESC);

GRANT SELECT, INSERT, UPDATE, DELETE ON access.requests TO api;
