-- depends: 0004-rates 0006-verify
-- A challenge is answered where it was taken, and a proof of oneself counts where it was asked for: on that device, in that session.

ALTER TABLE access.devices ALTER COLUMN device DROP NOT NULL, ADD COLUMN session text NOT NULL DEFAULT '';
ALTER TABLE access.devices ALTER COLUMN session DROP DEFAULT;  -- a token's id: where no device named itself

DROP TABLE access.used_verifications;                          -- a proof lives five minutes: none is lost that counts
CREATE TABLE access.proofs (
    verification  text COLLATE "C" PRIMARY KEY,
    account       text COLLATE "C" NOT NULL,
    session       text NOT NULL,                               -- the id of the token that asked
    device        text,                                        -- keyed digest of what its device calls itself
    sha256        bytea NOT NULL,                              -- of what was told to who asked, and to nobody else: 128 random bits
    used_under    text,                                        -- keyed digest of the one command that it was used for; null: unused
    begun_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX proofs_by_account ON access.proofs (account);
GRANT SELECT, INSERT, UPDATE, DELETE ON access.proofs TO api;

REVOKE EXECUTE ON FUNCTION access.slow FROM api;               -- the worker's alone
