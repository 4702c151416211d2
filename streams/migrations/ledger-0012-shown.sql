-- depends: ledger-0011-recoveries
-- That a look at a recording was answered by a picture of it: only that counts for a vote.

INSERT INTO ledger.event_types (type, kind, consent, facts, uses) VALUES ('case.shown', 'case', false, '{}', NULL);
INSERT INTO ledger.rights (role, type) VALUES ('api', 'case.shown');
