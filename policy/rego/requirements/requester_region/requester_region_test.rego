package cameo.requirements.requester_region_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["requester.region"] with input as testing.start

test_refused if not requirements.met["requester.region"] with input as testing.having(testing.start, {"/requester/region": "ZZ"})

test_fact_missing if not requirements.met["requester.region"] with input as testing.without(testing.start, "/requester/region")

test_fact_missing_list if not requirements.met["requester.region"] with input as testing.start with data.lists as {}
