-- depends: ledger-0003-asking
-- What enrolment says since people, light and live steps take part in it: events, their facts, who may append them.

INSERT INTO ledger.event_types (type, kind, consent, facts, uses) VALUES
    ('enrolment.held',         'cameo',   false, '{enrolment}',    NULL),
    ('evidence.added',         'cameo',   false, '{}',             NULL),
    ('evidence.opened',        'cameo',   false, '{}',             NULL),
    ('verification.started',   'cameo',   false, '{verification}', NULL),
    ('verification.answered',  'cameo',   false, '{verification}', NULL),
    ('case.opened',            'case',    false, '{case}',         NULL),
    ('case.looked',            'case',    false, '{}',             NULL),
    ('case.voted',             'case',    false, '{vote}',         NULL),
    ('case.closed',            'case',    false, '{outcome}',      NULL),
    ('account.distress_set',   'account', false, '{}',             NULL),
    ('face.protected',         'switch',  false, '{protected}',    NULL),
    ('face.unprotected',       'switch',  false, '{protected}',    NULL);

UPDATE ledger.event_types SET facts = '{enrolment,verification}' WHERE type = 'enrolment.recording_received';

INSERT INTO ledger.rights (role, type)
SELECT role, unnest(types) FROM (VALUES
    ('api',       ARRAY['evidence.added', 'verification.started', 'case.opened', 'case.looked', 'case.voted', 'case.closed',
                        'account.distress_set', 'face.protected', 'face.unprotected']),
    ('keyholder', ARRAY['evidence.opened']),
    ('worker',    ARRAY['enrolment.held', 'verification.answered', 'case.opened', 'case.closed'])
) AS granted (role, types);
-- Few among many: what reviewers and operators look through.
CREATE INDEX facts_cases ON ledger.facts (stream) WHERE key = 'case';
CREATE INDEX facts_protected ON ledger.facts (key) WHERE key >= 'protected/' AND key < 'protected0';
CREATE INDEX facts_verifications ON ledger.facts (key) WHERE key >= 'verification/' AND key < 'verification0';
