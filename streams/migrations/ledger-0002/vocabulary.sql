-- What is new in the vocabulary, and what some events write now.
UPDATE ledger.event_types SET consent = true WHERE type = 'generation.taken_down';
UPDATE ledger.streams s SET consent_revision = e.revision     -- as if it had been so from the beginning
    FROM (SELECT stream, max(revision) AS revision FROM ledger.events WHERE type = 'generation.taken_down' GROUP BY stream) e
    WHERE s.stream = e.stream AND s.consent_revision < e.revision;
UPDATE ledger.event_types SET facts = '{app,standing}' WHERE type = 'app.registered';
UPDATE ledger.event_types SET facts = '{switch,proposal}' WHERE type = 'switch.thrown';

INSERT INTO ledger.event_types (type, kind, consent, facts, uses) VALUES
    ('account.power_given',         'account',    true,  '{power}',                 NULL),
    ('account.power_ended',         'account',    true,  '{power}',                 NULL),
    ('account.died',                'account',    true,  '{died}',                  NULL),
    ('account.step_up_set',         'account',    false, '{step_up}',               NULL),
    ('account.plan_set',            'account',    true,  '{plan}',                  'open'),
    ('account.invited',             'account',    true,  '{invited}',               NULL),
    ('consent.paused',              'cameo',      true,  '{paused}',                NULL),
    ('consent.resumed',             'cameo',      true,  '{paused}',                NULL),
    ('consent.group_named',         'cameo',      true,  '{group}',                 NULL),
    ('consent.group_member_added',  'cameo',      true,  '{member}',                NULL),
    ('consent.group_member_removed','cameo',      true,  '{member}',                NULL),
    ('consent.passed_on',           'cameo',      true,  '{passed}',                NULL),
    ('consent.pass_on_ended',       'cameo',      true,  '{passed}',                NULL),
    ('consent.access_requested',    'cameo',      false, '{asked}',                 NULL),
    ('consent.access_answered',     'cameo',      false, '{asked}',                 NULL),
    ('generation.removed',          'generation', true,  '{removed}',               NULL),
    ('generation.reported',         'generation', false, '{}',                      NULL),
    ('generation.appealed',         'generation', false, '{appeal}',                NULL),
    ('generation.appeal_answered',  'generation', false, '{appeal}',                NULL),
    ('app.standing_changed',        'app',        true,  '{standing}',              NULL),
    ('switch.proposed',             'switch',     false, '{proposal}',              NULL);

-- Few among many: what an operator looks through.
CREATE INDEX facts_appeals ON ledger.facts (key, stream) WHERE key >= 'appeal/' AND key < 'appeal0';

INSERT INTO ledger.rights (role, type)
SELECT 'api', unnest(ARRAY[
    'account.power_given', 'account.power_ended', 'account.died', 'account.step_up_set', 'account.plan_set', 'account.invited',
    'consent.paused', 'consent.resumed', 'consent.group_named', 'consent.group_member_added', 'consent.group_member_removed',
    'consent.passed_on', 'consent.pass_on_ended', 'consent.access_requested', 'consent.access_answered',
    'generation.removed', 'generation.reported', 'generation.appealed', 'generation.appeal_answered',
    'app.standing_changed', 'switch.proposed']);
