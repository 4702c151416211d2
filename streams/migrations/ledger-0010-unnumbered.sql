-- depends: ledger-0009-calls
-- Who searches among known faces and recordings reads what has no number yet too: see streams/adapters/known_log.py.

GRANT SELECT ON ledger.outbox TO worker;
