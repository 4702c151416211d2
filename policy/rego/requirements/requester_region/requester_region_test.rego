package cameo.requirements.requester_region_test

import data.cameo.requirements.requester_region as requirement
import data.cameo.testing

test_permitted if requirement.met with input as testing.start

test_refused if not requirement.met with input as testing.having(testing.start, {"/requester/region": "ZZ"})

test_fact_missing if not requirement.met with input as testing.without(testing.start, "/requester/region")

test_fact_missing_list if not requirement.met with input as testing.start with data.lists as {}
