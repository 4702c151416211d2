-- position --
-- The last event that this reading holds.
SELECT coalesce(max(position), 0) FROM ledger.events;

-- requesters --
-- Who could use a cameo, in order of id: its owner, whom its owner follows, whom its facts name; everybody where an audience says so.
WITH named AS (
    SELECT %(owner)s AS who
    UNION SELECT split_part(key, '/', 2) FROM ledger.facts
        WHERE stream = %(owner)s AND key >= 'follows/' AND key < 'follows0'
    UNION SELECT split_part(key, '/', 2) FROM ledger.facts
        WHERE stream = %(cameo)s AND (key LIKE 'grant/%%' OR key LIKE 'member/%%' OR key LIKE 'passed/%%')
    UNION (
        SELECT stream FROM ledger.streams
        WHERE stream > %(after)s AND stream >= 'account-' AND stream < 'account.' AND 'account' = ANY (%(kinds)s)
            AND EXISTS (SELECT FROM ledger.facts WHERE stream = %(cameo)s AND key LIKE 'audience/%%' AND value ->> 'audience' = 'everyone')
        ORDER BY stream LIMIT %(limit)s
    )
)
SELECT who FROM named WHERE who COLLATE "C" > %(after)s AND split_part(who, '-', 1) = ANY (%(kinds)s)
ORDER BY who COLLATE "C" LIMIT %(limit)s;

-- cameos --
-- What a requester could use, in order of id: own cameos, those of whoever is followed, those that name the requester or the app,
-- and those whose audience is everyone.
WITH owners AS (
    SELECT %(requester)s AS account
    UNION SELECT split_part(key, '/', 2) FROM ledger.facts
        WHERE stream = %(requester)s AND key >= 'follows/' AND key < 'follows0'
)
SELECT DISTINCT stream FROM (
    (SELECT DISTINCT o.stream FROM owners, ledger.facts o
     WHERE o.key = 'owner' AND o.value ->> 'account' = owners.account AND o.stream > %(after)s ORDER BY o.stream LIMIT %(limit)s)
    UNION ALL
    (SELECT DISTINCT stream FROM ledger.facts
     WHERE (key LIKE 'grant/%%' OR key LIKE 'member/%%' OR key LIKE 'passed/%%')
         AND ((key >= 'grant/' || %(requester)s || '/' AND key < 'grant/' || %(requester)s || '0')
           OR (key >= 'member/' || %(requester)s || '/' AND key < 'member/' || %(requester)s || '0')
           OR (key >= 'passed/' || %(requester)s || '/' AND key < 'passed/' || %(requester)s || '0')
           OR (key >= 'grant/' || %(app)s::text || '/' AND key < 'grant/' || %(app)s::text || '0'))
         AND stream > %(after)s ORDER BY stream LIMIT %(limit)s)
    UNION ALL
    (SELECT DISTINCT stream FROM ledger.facts
     WHERE key LIKE 'audience/%%' AND value ->> 'audience' = 'everyone' AND stream > %(after)s ORDER BY stream LIMIT %(limit)s)
) candidates (stream) ORDER BY stream LIMIT %(limit)s;
