-- depends: ledger-0010-unnumbered
-- That an operator began somebody's recovery is on that person's own stream, under the operator's account.

INSERT INTO ledger.event_types (type, kind, consent, facts, uses) VALUES ('account.recovery_begun', 'account', false, '{}', NULL);
INSERT INTO ledger.rights (role, type) VALUES ('api', 'account.recovery_begun');
