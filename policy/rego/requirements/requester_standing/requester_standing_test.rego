package cameo.requirements.requester_standing_test

import data.cameo.requirements.requester_standing as requirement
import data.cameo.testing

test_permitted if requirement.met with input as testing.start

test_permitted_limited if requirement.met with input as testing.having(testing.start, {"/requester/standing": "limited"})

test_refused if not requirement.met with input as testing.having(testing.start, {"/requester/standing": "suspended"})

test_fact_missing if not requirement.met with input as testing.without(testing.start, "/requester/standing")
