-- depends: ledger-0007-case-rights
-- Every opening of what somebody is known again by is an event of the keyholder's: beside what was opened, or apart from everybody's own.

INSERT INTO ledger.event_types (type, kind, consent, facts, uses) VALUES
    ('biometric.opened', 'cameo',   false, '{}', NULL),
    ('opening.made',     'opening', false, '{}', NULL);

INSERT INTO ledger.rights (role, type) VALUES ('keyholder', 'biometric.opened'), ('keyholder', 'opening.made');
