package cameo.requirements.requester_died_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["requester.died"] with input as testing.start

test_refused if not requirements.met["requester.died"] with input as testing.having(testing.start, {"/requester/died": true})

test_fact_missing if not requirements.met["requester.died"] with input as testing.without(testing.start, "/requester/died")

test_fact_missing_requester if not requirements.met["requester.died"] with input as testing.without(testing.start, "/requester")
