-- Indexes for "what may I use": the cameos that name somebody, and those that name everyone. Candidates only; the policy decides.
-- depends: ledger-0002

CREATE INDEX facts_reaching ON ledger.facts (key, stream)
    WHERE key LIKE 'grant/%' OR key LIKE 'member/%' OR key LIKE 'passed/%';
CREATE INDEX facts_open ON ledger.facts (stream)
    WHERE key LIKE 'audience/%' AND value ->> 'audience' = 'everyone';
CREATE INDEX facts_owned ON ledger.facts ((value ->> 'account'), stream) WHERE key = 'owner';
