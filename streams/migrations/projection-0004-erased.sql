-- depends: projection-0003-identity
-- The handle of somebody who was erased stays nowhere: ANALYZE does not copy it into pg_statistic (a change of type, even to the
-- same, drops what it copied before), and the API may rewrite the table, whose dead rows hold it (serving/adapters/scrubbing.py).
ALTER TABLE projection.accounts ALTER COLUMN handle TYPE text, ALTER COLUMN handle SET STATISTICS 0;
GRANT MAINTAIN ON projection.accounts TO api;
