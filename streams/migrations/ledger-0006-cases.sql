-- depends: ledger-0004-identity
-- The portrait of a document held against a recording: a score for reviewers, appended by the worker.

INSERT INTO ledger.event_types (type, kind, consent, facts, uses) VALUES
    ('evidence.compared', 'cameo', false, '{}', NULL);

INSERT INTO ledger.rights (role, type) VALUES ('worker', 'evidence.compared');
