-- depends: 0001-access
-- Codes by which people are invited to make films, by their hashes. That somebody was invited is an event of their account.
CREATE TABLE access.invitations (
    sha256       bytea PRIMARY KEY,          -- of 80 random bits: no salt needed
    invitation   text NOT NULL UNIQUE,
    given_by     text NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    redeemed_by  text
);
CREATE INDEX invitations_giver ON access.invitations (given_by);

GRANT SELECT, INSERT ON access.invitations TO api;
GRANT UPDATE (redeemed_by) ON access.invitations TO api;
