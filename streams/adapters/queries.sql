-- append --
-- One autocommit statement; see migrations/ledger/append.sql for its contract.
SELECT ledger.append(%(incarnation)s, %(actor)s, %(acting_as)s, %(app)s, %(correlation)s, %(causation)s,
    %(expected)s::jsonb, %(holding)s::jsonb, %(not_after_us)s::bigint, %(key)s, %(request)s, %(events)s::jsonb);

-- installation --
-- Whose ledger, and which life of it.
SELECT tenant, incarnation FROM ledger.installation;

-- begin_reading --
-- First statement of a snapshot: it fixes what is seen, and tells the time of the reading.
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, incarnation FROM ledger.installation;

-- stream_facts --
-- A stream's head with its first facts, in order of key: nearly every stream of a decision has few, so one query reads it.
SELECT s.revision, s.consent_revision, f.key, f.value, f.revision
FROM ledger.streams s LEFT JOIN LATERAL (
    SELECT key, value, revision FROM ledger.facts WHERE stream = s.stream ORDER BY key LIMIT %(limit)s
) f ON true
WHERE s.stream = %(stream)s ORDER BY f.key;

-- fact --
-- One fact of a stream that has too many to be read at once.
SELECT value, revision FROM ledger.facts WHERE stream = %(stream)s AND key = %(key)s;

-- facts_between --
-- Facts by prefix, as a range of keys (collation C).
SELECT key, value, revision FROM ledger.facts
WHERE stream = %(stream)s AND key >= %(first)s AND key < %(end)s ORDER BY key;

-- used --
-- Uses of a grant as one generation sees them: by others, and its own.
SELECT c.used, c.used_ms, u.duration_ms
FROM ledger.grant_counters c
LEFT JOIN ledger.uses u ON u.cameo = c.cameo AND u.grant_id = c.grant_id
    AND u.generation = %(generation)s AND u.state IN ('reserved', 'consumed')
WHERE c.cameo = %(cameo)s AND c.grant_id = %(grant)s;

-- read_stream --
-- One stream's events above a revision.
SELECT tenant, stream, revision, position, event_id, type, version, actor, acting_as, app, correlation, causation,
    time_us, data, sealed
FROM ledger.events WHERE stream = %(stream)s AND revision > %(after)s ORDER BY revision;

-- read_positions --
-- The events at given positions.
SELECT tenant, stream, revision, position, event_id, type, version, actor, acting_as, app, correlation, causation,
    time_us, data, sealed
FROM ledger.events WHERE position = ANY (%(positions)s) ORDER BY position;

-- read_all --
-- Events by position. No feed: an append still committing may come to lie below.
SELECT tenant, stream, revision, position, event_id, type, version, actor, acting_as, app, correlation, causation,
    time_us, data, sealed
FROM ledger.events WHERE position > %(after)s ORDER BY position LIMIT %(limit)s;

-- read_log --
-- Numbered events above a log index.
SELECT l.index, l.partition, l.partition_seq, l.leaf_hash,
    tenant, stream, revision, e.position, event_id, type, version, actor, acting_as, app, correlation, causation,
    time_us, data, sealed
FROM ledger.log l JOIN ledger.events e ON e.position = l.position
WHERE l.index > %(after)s ORDER BY l.index LIMIT %(limit)s;

-- read_partition --
-- Numbered events of one partition between two sequences (both included): how a gap is filled.
SELECT l.index, l.partition, l.partition_seq, l.leaf_hash,
    tenant, stream, revision, e.position, event_id, type, version, actor, acting_as, app, correlation, causation,
    time_us, data, sealed
FROM ledger.log l JOIN ledger.events e ON e.position = l.position
WHERE l.partition = %(partition)s AND l.partition_seq BETWEEN %(first)s AND %(last)s ORDER BY l.partition_seq;

-- first_missing --
-- The lowest log index that a reader does not have, given the last sequence it has of each partition.
SELECT min(l.index) FROM unnest(%(sequences)s::bigint[]) WITH ORDINALITY AS a (seq, n)
JOIN ledger.log l ON l.partition = a.n - 1 AND l.partition_seq = a.seq + 1;

-- read_numbered --
-- Every event with its log index, where it has one.
SELECT l.index, tenant, stream, revision, e.position, event_id, type, version, actor, acting_as, app, correlation,
    causation, time_us, data, sealed
FROM ledger.events e LEFT JOIN ledger.log l ON l.position = e.position
WHERE e.position > %(after)s ORDER BY e.position LIMIT %(limit)s;

-- log_head --
-- How far the log goes, how far it is published, by which epoch, in which life of the ledger.
SELECT epoch, log_size, published, sequences, incarnation FROM ledger.relay, ledger.installation;

-- heads --
-- Every stream's head.
SELECT stream, revision, consent_revision FROM ledger.streams ORDER BY stream;

-- relay_lock --
-- One relay: the lock lives as long as its connection.
SELECT pg_try_advisory_lock(hashtextextended('ledger/relay', 0));

-- relay_begin --
-- A new epoch: whoever relays under an older one changes nothing any more.
UPDATE ledger.relay SET epoch = epoch + 1 RETURNING epoch, log_size, published, sequences;

-- relay_read --
-- What is not numbered yet, in order of position, and the time at which this reading began.
SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint,
    tenant, stream, revision, e.position, event_id, type, version, actor, acting_as, app, correlation, causation,
    time_us, data, sealed
FROM (SELECT position FROM ledger.outbox ORDER BY position LIMIT %(limit)s) o JOIN ledger.events e USING (position)
ORDER BY e.position;

-- relay_time --
-- Whether there is anything to number, and the time at which this reading began.
SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint, EXISTS (SELECT FROM ledger.outbox);

-- ring --
SELECT pg_notify('appended', '');

-- listen --
LISTEN appended;

-- relay_number --
-- Give places in the log.
INSERT INTO ledger.log (index, position, partition, partition_seq, leaf_hash)
SELECT * FROM unnest(%(indexes)s::bigint[], %(positions)s::bigint[], %(partitions)s::integer[],
    %(sequences)s::bigint[], %(leaves)s::bytea[]);

-- relay_clear --
-- What is numbered leaves the outbox.
DELETE FROM ledger.outbox WHERE position = ANY (%(positions)s);

-- relay_advance --
-- The log's new end, only under the newest epoch.
UPDATE ledger.relay SET log_size = %(log_size)s, sequences = %(sequences)s WHERE epoch = %(epoch)s;

-- relay_published --
-- Kafka acknowledged everything below this index; only under the newest epoch.
UPDATE ledger.relay SET published = %(published)s WHERE epoch = %(epoch)s;
