-- depends: 0006-verify
-- A recovery is ended once: under which idempotency key (keyed digest) is kept as long as its token lives, so that a lost answer can be had again.
ALTER TABLE access.recoveries ADD COLUMN ended_under text;
GRANT UPDATE (ended_under) ON access.recoveries TO api;
