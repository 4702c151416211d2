package cameo.requirements.owner_standing_test

import data.cameo.requirements.owner_standing as requirement
import data.cameo.testing

test_permitted if requirement.met with input as testing.start

test_refused if not requirement.met with input as testing.having(testing.start, {"/cameos/0/owner_standing": "suspended"})

test_fact_missing if not requirement.met with input as testing.without(testing.start, "/cameos/0/owner_standing")
