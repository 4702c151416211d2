-- depends: ledger-0007-case-rights
-- A call for help from an active cameo holds it; failed live sessions count; reminders of the yearly refresh; who lists cases.

INSERT INTO ledger.event_types (type, kind, consent, facts, uses) VALUES
    ('consent.held',           'cameo',   true,  '{held}', NULL),
    ('live.failed',            'cameo',   false, '{}',     NULL),
    ('enrolment.refresh_due',  'cameo',   false, '{}',     NULL),
    ('account.cases_listed',   'account', false, '{}',     NULL);

UPDATE ledger.event_types SET facts = facts || '{held}' WHERE type = 'enrolment.activated';  -- who is seen anew is let go

INSERT INTO ledger.rights (role, type) VALUES
    ('worker', 'consent.held'), ('worker', 'enrolment.refresh_due'), ('api', 'live.failed'), ('api', 'account.cases_listed');
