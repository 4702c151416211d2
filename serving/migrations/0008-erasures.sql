-- depends: 0007-sessions
-- Erased people of whom PostgreSQL's own files may still hold something: a deleted row is there until its place is used again.
-- serving/adapters/scrubbing.py rewrites those files and empties this table. An account here is a pseudonymous id, as in the record.
CREATE TABLE access.erasures (
    account    text COLLATE "C" PRIMARY KEY,
    erased_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON access.erasures TO api;

-- Whoever was erased before this was kept: one rewriting for all of them.
INSERT INTO access.erasures (account) SELECT 'account-before-0008' WHERE EXISTS (SELECT FROM access.handles);

-- ANALYZE copies values into pg_statistic, where they outlive their rows. A change of type, even to the same, drops what it copied.
ALTER TABLE access.handles
    ALTER COLUMN handle TYPE text, ALTER COLUMN handle SET STATISTICS 0,
    ALTER COLUMN shown TYPE text, ALTER COLUMN shown SET STATISTICS 0;
ALTER TABLE access.tokens ALTER COLUMN label TYPE text, ALTER COLUMN label SET STATISTICS 0;

-- What an erasure deletes from. MAINTAIN lets its holder rewrite a table, not read it.
GRANT MAINTAIN ON access.handles, access.tokens, access.recoveries, access.requests, access.uploads, access.devices, access.proofs,
    access.verifications, access.step_up, access.recovery_codes TO api;
