-- What the database must know of each event (tests hold it against schemas/ and policy.core.facts): the kind of stream it
-- belongs to, whether it may change an answer about consent, the facts it may write (first part of their keys), the step
-- of its use counters. So a role that may append an event cannot smuggle another one's effects with it.
CREATE TABLE ledger.event_types (
    type    text COLLATE "C" PRIMARY KEY,
    kind    text NOT NULL,
    consent boolean NOT NULL,
    facts   text[] NOT NULL,
    uses    text
);
INSERT INTO ledger.event_types (type, kind, consent, facts, uses) VALUES
    ('account.registered',          'account',    true,  '{account,standing}',      NULL),
    ('account.followed',            'account',    true,  '{follows}',               NULL),
    ('account.unfollowed',          'account',    true,  '{follows}',               NULL),
    ('account.blocked',             'account',    true,  '{blocks}',                NULL),
    ('account.unblocked',           'account',    true,  '{blocks}',                NULL),
    ('account.standing_changed',    'account',    true,  '{standing}',              NULL),
    ('enrolment.started',           'cameo',      true,  '{owner,enrolment}',       NULL),
    ('enrolment.recording_received','cameo',      false, '{enrolment}',             NULL),
    ('enrolment.assessed',          'cameo',      false, '{}',                      NULL),
    ('enrolment.activated',         'cameo',      true,  '{enrolment,status}',      NULL),
    ('enrolment.refused',           'cameo',      false, '{enrolment}',             NULL),
    ('enrolment.expired',           'cameo',      false, '{enrolment}',             NULL),
    ('enrolment.locked',            'cameo',      false, '{lock}',                  NULL),
    ('asset.sealed',                'cameo',      false, '{asset}',                 NULL),
    ('asset.rekeyed',               'cameo',      false, '{asset}',                 NULL),
    ('evidence.destroyed',          'cameo',      false, '{}',                      NULL),
    ('subject_key.destroyed',       'cameo',      true,  '{status}',                NULL),
    ('consent.audience_set',        'cameo',      true,  '{audience}',              NULL),
    ('consent.grant_given',         'cameo',      true,  '{grant}',                 'open'),
    ('consent.grant_withdrawn',     'cameo',      true,  '{withdrawn}',             NULL),
    ('consent.revoked',             'cameo',      true,  '{revoked}',               NULL),
    ('consent.restriction_set',     'cameo',      true,  '{restriction,restrictions}', NULL),
    ('consent.preference_set',      'cameo',      true,  '{preference}',            NULL),
    ('generation.requested',        'generation', false, '{request}',               NULL),
    ('generation.judged',           'generation', false, '{verdict}',               NULL),
    ('generation.decided',          'generation', false, '{}',                      NULL),
    ('generation.attempt_leased',   'generation', false, '{attempt}',               NULL),
    ('generation.started',          'generation', false, '{started}',               'reserve'),
    ('generation.progressed',       'generation', false, '{progress}',              NULL),
    ('generation.draft_released',   'generation', false, '{draft}',                 NULL),
    ('generation.approved',         'generation', false, '{approved}',              NULL),
    ('generation.declined',         'generation', false, '{declined}',              NULL),
    ('generation.released',         'generation', false, '{released,ended}',        'consume'),
    ('generation.refused',          'generation', false, '{ended}',                 'return'),
    ('generation.cancelled',        'generation', false, '{ended}',                 'return'),
    ('generation.stopped',          'generation', false, '{ended}',                 'return'),
    ('generation.attempt_lost',     'generation', false, '{lost,ended}',            'return'),
    ('generation.taken_down',       'generation', false, '{taken_down}',            NULL),
    ('app.registered',              'app',        true,  '{app}',                   NULL),
    ('policy.bundle_activated',     'policy',     true,  '{bundle}',                NULL),
    ('switch.thrown',               'switch',     true,  '{switch}',                NULL);

-- Who may append what. Compared with the login role (session_user), inside ledger.append. A role without a row appends
-- nothing: relay, feeder and auditor. `only_data` narrows an event to those whose data contain it.
CREATE TABLE ledger.rights (
    role      text COLLATE "C" NOT NULL,
    type      text COLLATE "C" NOT NULL REFERENCES ledger.event_types,
    only_data jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (role, type)
);
INSERT INTO ledger.rights (role, type)
SELECT role, unnest(types) FROM (VALUES
    ('owner',      ARRAY['switch.thrown', 'policy.bundle_activated', 'account.standing_changed']),
    ('api',        ARRAY['account.registered', 'account.followed', 'account.unfollowed', 'account.blocked', 'account.unblocked',
                         'account.standing_changed', 'app.registered', 'policy.bundle_activated', 'switch.thrown',
                         'enrolment.started', 'enrolment.recording_received', 'enrolment.expired',
                         'consent.audience_set', 'consent.grant_given', 'consent.grant_withdrawn', 'consent.revoked',
                         'consent.restriction_set', 'consent.preference_set',
                         'generation.requested', 'generation.cancelled', 'generation.approved', 'generation.declined']),
    ('keyholder',  ARRAY['generation.started', 'generation.released', 'generation.draft_released', 'generation.refused',
                         'asset.sealed', 'asset.rekeyed', 'evidence.destroyed', 'subject_key.destroyed']),
    ('worker',     ARRAY['enrolment.assessed', 'enrolment.activated', 'enrolment.refused', 'enrolment.expired',
                         'enrolment.locked', 'generation.taken_down']),
    ('judge',      ARRAY['generation.judged']),
    ('dispatcher', ARRAY['generation.attempt_leased', 'generation.progressed', 'generation.stopped',
                         'generation.attempt_lost', 'generation.refused'])
) AS granted (role, types);
INSERT INTO ledger.rights (role, type, only_data) VALUES
    ('keyholder',  'generation.decided', '{"path": "exact"}'),
    ('dispatcher', 'generation.decided', '{"path": "fast"}');
