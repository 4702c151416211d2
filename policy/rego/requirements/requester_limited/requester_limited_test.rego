package cameo.requirements.requester_limited_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["requester.limited"] with input as testing.start

test_permitted_own if requirements.met["requester.limited"] with input as testing.having(testing.start, {"/requester/standing": "limited", "/cameos/0/owner": "account-b"})

test_refused if not requirements.met["requester.limited"] with input as testing.having(testing.start, {"/requester/standing": "limited"})

test_fact_missing if not requirements.met["requester.limited"] with input as testing.without(testing.start, "/requester/standing")

test_fact_missing_owner if not requirements.met["requester.limited"] with input as testing.without(testing.without(testing.start, "/requester/standing"), "/cameos/0/owner")
