-- depends: ledger-0012-shown
-- Who looks at recordings and who operates is on record: proposed by one operator, confirmed by another, taken by the person.

INSERT INTO ledger.event_types (type, kind, consent, facts, uses) VALUES
    ('role.proposed',  'switch', false, '{role_proposal}',      NULL),
    ('role.confirmed', 'switch', false, '{role_proposal}',      NULL),
    ('role.given',     'switch', false, '{role,role_proposal}', NULL),
    ('role.ended',     'switch', false, '{role}',               NULL);

INSERT INTO ledger.rights (role, type) SELECT 'api', unnest(ARRAY['role.proposed', 'role.confirmed', 'role.given', 'role.ended']);
