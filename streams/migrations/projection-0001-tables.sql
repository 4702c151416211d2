-- depends: ledger-0001
-- What people read: rows that follow from the ledger's events by streams.core.project and streams.core.notify.
-- Dropped and rebuilt at will (streams.replay); nothing here is truth and no decision reads it.
-- Agents keep in schema `agents` how far they came, per stream, and what they could not do.

CREATE SCHEMA projection;

CREATE TABLE projection.accounts (
    account        text COLLATE "C" PRIMARY KEY,
    cameo          text COLLATE "C" UNIQUE,   -- the one personal cameo, enrolled or not
    handle         text,                      -- null once the subject's key is destroyed
    region         text,
    locale         text,
    minor          boolean,
    standing       text,
    registered_us  bigint
);

CREATE TABLE projection.relations (
    account   text COLLATE "C" NOT NULL,
    other     text COLLATE "C" NOT NULL,
    kind      text COLLATE "C" NOT NULL,
    since_us  bigint NOT NULL,
    PRIMARY KEY (account, other, kind)
);
CREATE INDEX relations_by_other ON projection.relations (other, kind);

CREATE TABLE projection.cameos (
    cameo            text COLLATE "C" PRIMARY KEY,
    owner            text COLLATE "C",
    status           text,
    assurance        text,
    audience         text,
    purposes         text[],
    facets           text[],
    activated_us     bigint,
    locked_until_us  bigint,
    revoked_us       bigint
);
CREATE INDEX cameos_by_owner ON projection.cameos (owner);

CREATE TABLE projection.enrolments (
    enrolment              text COLLATE "C" PRIMARY KEY,
    cameo                  text COLLATE "C" NOT NULL,
    owner                  text COLLATE "C" NOT NULL,
    profile                text NOT NULL,
    state                  text NOT NULL,
    codes                  text[] NOT NULL,   -- why it was refused
    unmet                  text[],            -- codes of every check that did not pass, decisive or not
    evidence               text COLLATE "C",
    started_us             bigint NOT NULL,
    expires_at_us          bigint NOT NULL,
    received_us            bigint,
    assessed_us            bigint,
    decided_us             bigint,
    evidence_destroyed_us  bigint
);
CREATE INDEX enrolments_by_owner ON projection.enrolments (owner);
CREATE INDEX enrolments_by_evidence ON projection.enrolments (evidence);

CREATE TABLE projection.grants (
    cameo         text COLLATE "C" NOT NULL,
    grant_id      text COLLATE "C" NOT NULL,
    grantee       text COLLATE "C" NOT NULL,
    purposes      text[] NOT NULL,
    facets        text[] NOT NULL,
    from_us       bigint,
    until_us      bigint,
    uses          bigint,                     -- null: unlimited
    review        boolean NOT NULL,
    given_us      bigint NOT NULL,
    withdrawn     text,                       -- strength
    withdrawn_us  bigint,
    revoked       text,                       -- strength of the last revocation that covers it
    revoked_us    bigint,
    PRIMARY KEY (cameo, grant_id)
);
CREATE INDEX grants_by_grantee ON projection.grants (grantee);

CREATE TABLE projection.generations (
    generation       text COLLATE "C" PRIMARY KEY,
    requester        text COLLATE "C",
    app              text COLLATE "C",
    purpose          text,
    engine           text,
    plan_digest      text,
    width_px         integer,
    height_px        integer,
    duration_ms      integer,
    state            text,
    codes            text[],
    attempt          integer,
    permille         integer,
    decision         text,                    -- the one that ended it
    film_sha256      text,
    requested_us     bigint,
    judged_us        bigint,
    started_us       bigint,
    draft_us         bigint,
    process_gone_us  bigint,
    ended_us         bigint,
    taken_down_us    bigint
);
CREATE INDEX generations_by_requester ON projection.generations (requester, requested_us);
CREATE INDEX generations_by_time ON projection.generations (requested_us);

CREATE TABLE projection.generation_cameos (
    generation  text COLLATE "C" NOT NULL,
    cameo       text COLLATE "C" NOT NULL,
    facets      text[] NOT NULL,
    review      text,                         -- approved or declined by the subject
    PRIMARY KEY (generation, cameo)
);
CREATE INDEX generation_cameos_by_cameo ON projection.generation_cameos (cameo);

CREATE TABLE projection.decisions (
    decision       text COLLATE "C" PRIMARY KEY,
    generation     text COLLATE "C" NOT NULL,
    revision       bigint NOT NULL,           -- where its whole input stands in the ledger
    action         text NOT NULL,
    attempt        integer,
    permit         boolean NOT NULL,
    codes          text[] NOT NULL,
    obligations    text[] NOT NULL,
    bundle_sha256  text NOT NULL,
    input_sha256   text NOT NULL,
    not_after_us   bigint,
    path           text NOT NULL,
    decided_us     bigint NOT NULL
);
CREATE INDEX decisions_by_generation ON projection.decisions (generation, revision);

CREATE TABLE projection.notifications (
    notification  text COLLATE "C" PRIMARY KEY,   -- event id and audience
    stream        text COLLATE "C" NOT NULL,
    revision      bigint NOT NULL,
    audience      text COLLATE "C" NOT NULL,      -- owner, subjects, requester, account
    account       text COLLATE "C",               -- for audience `account`
    kind          text NOT NULL,
    codes         text[] NOT NULL,
    time_us       bigint NOT NULL
);
CREATE INDEX notifications_by_stream ON projection.notifications (stream);
CREATE INDEX notifications_by_account ON projection.notifications (account) WHERE account IS NOT NULL;

-- Who reads a notification: `reader` is an account. What somebody did with their own cameo is told once.
CREATE VIEW projection.inbox AS
    SELECT coalesce(n.account, n.stream) AS reader, n.* FROM projection.notifications n WHERE audience = 'account'
    UNION ALL
    SELECT c.owner, n.* FROM projection.notifications n JOIN projection.cameos c ON c.cameo = n.stream
        WHERE n.audience = 'owner'
    UNION ALL
    SELECT g.requester, n.* FROM projection.notifications n JOIN projection.generations g ON g.generation = n.stream
        WHERE n.audience = 'requester'
    UNION ALL
    SELECT c.owner, n.* FROM projection.notifications n
        JOIN projection.generations g ON g.generation = n.stream
        JOIN projection.generation_cameos u ON u.generation = n.stream
        JOIN projection.cameos c ON c.cameo = u.cameo
        WHERE n.audience = 'subjects' AND c.owner <> g.requester;

CREATE SCHEMA agents;

-- How far each agent came in each stream: moved in the transaction that holds the effect.
CREATE TABLE agents.applied (
    agent     text COLLATE "C" NOT NULL,
    stream    text COLLATE "C" NOT NULL,
    revision  bigint NOT NULL,
    PRIMARY KEY (agent, stream)
) WITH (fillfactor = 70);

-- A stream that an agent could not go on with: the event that failed; what follows in the stream waits behind it.
CREATE TABLE agents.parked (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent         text COLLATE "C" NOT NULL,
    stream        text COLLATE "C" NOT NULL,
    revision      bigint  NOT NULL,
    position      bigint  NOT NULL,
    event_id      text    NOT NULL,
    error         text    NOT NULL,           -- class and message, without sealed or secret values
    attempts      integer NOT NULL,
    parked_at_us  bigint  NOT NULL,
    retry_at_us   bigint  NOT NULL,
    UNIQUE (agent, stream)
);

-- What leaves by mail and webhook: one row a notification, written with it, sent by whoever owns the way out.
CREATE TABLE agents.outbox (
    notification  text COLLATE "C" PRIMARY KEY,
    queued_at_us  bigint NOT NULL,
    sent_at_us    bigint
);

-- How a cameo's generations are found without the projections, which may lag.
CREATE INDEX facts_by_shown_cameo ON ledger.facts USING gin ((value -> 'cameos') jsonb_path_ops) WHERE key = 'request';

GRANT USAGE ON SCHEMA projection TO worker, api, auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA projection TO worker;
GRANT SELECT ON ALL TABLES IN SCHEMA projection TO api, auditor;
GRANT USAGE ON SCHEMA agents TO worker, api, auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA agents TO worker;
GRANT SELECT ON ALL TABLES IN SCHEMA agents TO api, auditor;
GRANT UPDATE (retry_at_us) ON agents.parked TO api;   -- `cameo parked retry`
