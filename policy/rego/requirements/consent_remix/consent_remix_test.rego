package cameo.requirements.consent_remix_test

import data.cameo.requirements
import data.cameo.testing

remix := testing.having(testing.start, {"/generation/remix": testing.remix, "/cameos/0/grants/0/remix": true})

test_permitted if requirements.met["remix.not_permitted"] with input as remix

test_permitted_own if requirements.met["remix.not_permitted"] with input as testing.having(remix, {"/cameos/0/grants": [], "/cameos/0/owner": "account-b"})

test_permitted_by_audience if requirements.met["remix.not_permitted"] with input as testing.having(remix, {"/cameos/0/grants": [], "/cameos/0/audiences": [object.union(testing.everyone, {"remix": true})]})

test_permitted_no_remix if requirements.met["remix.not_permitted"] with input as testing.start

test_refused if not requirements.met["remix.not_permitted"] with input as testing.having(remix, {"/cameos/0/grants/0/remix": false})

test_refused_by_audience if not requirements.met["remix.not_permitted"] with input as testing.having(remix, {"/cameos/0/grants": [], "/cameos/0/audiences": [testing.everyone]})

test_fact_missing if not requirements.met["remix.not_permitted"] with input as testing.without(remix, "/cameos/0/grants/0/remix")

test_fact_missing_question if not requirements.met["remix.not_permitted"] with input as testing.without(testing.start, "/generation/remix")

test_fact_missing_cameos if not requirements.met["remix.not_permitted"] with input as testing.without(testing.start, "/cameos")
