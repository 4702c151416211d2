-- Rights by login role. Nobody updates or deletes events; appending is by ledger.append alone.
REVOKE ALL ON SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO api, keyholder, relay, feeder, worker, judge, dispatcher, auditor;

GRANT EXECUTE ON FUNCTION ledger.append TO api, keyholder, worker, judge, dispatcher;

GRANT SELECT ON ledger.installation, ledger.streams, ledger.events, ledger.facts, ledger.grant_counters, ledger.uses,
    ledger.log, ledger.relay, ledger.event_types, ledger.rights
    TO api, keyholder, relay, feeder, worker, judge, dispatcher, auditor;
GRANT SELECT ON ledger.idempotency TO api, keyholder, worker, judge, dispatcher;

-- The relay numbers what others appended.
GRANT SELECT, DELETE, MAINTAIN ON ledger.outbox TO relay;
GRANT INSERT ON ledger.log TO relay;
GRANT UPDATE (epoch, log_size, published, sequences) ON ledger.relay TO relay;
GRANT SELECT ON ledger.outbox TO auditor;
