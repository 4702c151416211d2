-- The ledger's tables. Truth is `events`; every other table here follows from it (streams, facts, uses, grant_counters)
-- or tells how far it was carried (outbox, log, relay).

CREATE SCHEMA ledger;

-- One row: whose ledger this is, and which life of it (a recovery after a disaster begins the next).
CREATE TABLE ledger.installation (
    single       boolean PRIMARY KEY DEFAULT true CHECK (single),
    tenant       text    NOT NULL,
    incarnation  integer NOT NULL CHECK (incarnation > 0)
);

-- Heads: where each stream stands.
CREATE TABLE ledger.streams (
    stream            text COLLATE "C" PRIMARY KEY,
    revision          bigint NOT NULL,
    consent_revision  bigint NOT NULL,   -- the last event that may change an answer; 0: none yet
    head_time_us      bigint NOT NULL
) WITH (fillfactor = 70);

CREATE SEQUENCE ledger.positions CACHE 1;   -- a larger cache would hand out positions out of commit order

CREATE TABLE ledger.events (
    position     bigint  PRIMARY KEY,
    tenant       text    NOT NULL,
    stream       text    COLLATE "C" NOT NULL,
    revision     bigint  NOT NULL,
    event_id     text    COLLATE "C" NOT NULL UNIQUE,
    type         text    COLLATE "C" NOT NULL,
    version      integer NOT NULL,
    actor        text    NOT NULL,
    acting_as    text,
    app          text,
    correlation  text    NOT NULL,
    causation    text,
    time_us      bigint  NOT NULL,
    data         jsonb   NOT NULL,
    sealed       jsonb   NOT NULL,
    UNIQUE (stream, revision)
);

CREATE TABLE ledger.facts (
    stream    text COLLATE "C" NOT NULL,
    key       text COLLATE "C" NOT NULL,
    value     jsonb  NOT NULL,
    revision  bigint NOT NULL,           -- of the event that wrote it
    PRIMARY KEY (stream, key)
) WITH (fillfactor = 80);

-- Uses of grants, outside consent revisions: reserved, consumed or returned, once a generation.
CREATE TABLE ledger.grant_counters (
    cameo  text COLLATE "C" NOT NULL,
    grant_id text COLLATE "C" NOT NULL,
    use_limit bigint,                    -- NULL: unlimited
    used   bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
    PRIMARY KEY (cameo, grant_id)
) WITH (fillfactor = 70);

CREATE TABLE ledger.uses (
    cameo       text COLLATE "C" NOT NULL,
    grant_id    text COLLATE "C" NOT NULL,
    generation  text COLLATE "C" NOT NULL,
    state       text NOT NULL CHECK (state IN ('reserved', 'consumed', 'returned')),
    PRIMARY KEY (cameo, grant_id, generation)
) WITH (fillfactor = 80);

CREATE TABLE ledger.idempotency (
    actor      text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    request    text NOT NULL,            -- SHA-256 of what was asked, hex
    positions  bigint[] NOT NULL,
    time_us    bigint NOT NULL,
    PRIMARY KEY (actor, key)
);

-- What the relay has yet to number. Vacuumed eagerly: dead rows at its low end cost every poll.
CREATE TABLE ledger.outbox (position bigint PRIMARY KEY) WITH (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);

-- The order that everyone else sees: gap-free from 0 over all, gap-free from 1 in each partition.
CREATE TABLE ledger.log (
    index          bigint PRIMARY KEY,
    position       bigint NOT NULL UNIQUE REFERENCES ledger.events (position),
    partition      integer NOT NULL CHECK (partition BETWEEN 0 AND 31),
    partition_seq  bigint NOT NULL,
    leaf_hash      bytea  NOT NULL,      -- RFC 6962: SHA-256(0x00 || canonical envelope)
    UNIQUE (partition, partition_seq)
);

-- The relay's one row. A relay whose epoch is not here any more changes nothing.
CREATE TABLE ledger.relay (
    single     boolean PRIMARY KEY DEFAULT true CHECK (single),
    epoch      bigint NOT NULL,
    log_size   bigint NOT NULL,          -- next log index
    published  bigint NOT NULL,          -- indexes below it are acknowledged by Kafka
    sequences  bigint[] NOT NULL         -- last partition_seq of each partition
) WITH (fillfactor = 10);
INSERT INTO ledger.relay (epoch, log_size, published, sequences) VALUES (0, 0, 0, array_fill(0::bigint, ARRAY[32]));

-- What happened stays: not even the owner changes events or the log's order.
CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record is append-only: % on %.% refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.events
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.log
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
