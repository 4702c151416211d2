package cameo.requirements.requester_standing_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["requester.suspended"] with input as testing.start

test_permitted_limited if requirements.met["requester.suspended"] with input as testing.having(testing.start, {"/requester/standing": "limited"})

test_refused if not requirements.met["requester.suspended"] with input as testing.having(testing.start, {"/requester/standing": "suspended"})

test_fact_missing if not requirements.met["requester.suspended"] with input as testing.without(testing.start, "/requester/standing")
