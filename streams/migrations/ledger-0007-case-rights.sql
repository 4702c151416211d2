-- depends: ledger-0006-cases
-- The API's role opens appeals and no other case, and closes none: the worker does. What the worker acts on rests on it.

UPDATE ledger.rights SET only_data = '{"kind": "appeal"}' WHERE role = 'api' AND type = 'case.opened';
DELETE FROM ledger.rights WHERE role = 'api' AND type = 'case.closed';
