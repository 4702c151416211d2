package cameo.requirements.owner_standing_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["owner.suspended"] with input as testing.start

test_refused if not requirements.met["owner.suspended"] with input as testing.having(testing.start, {"/cameos/0/owner_standing": "suspended"})

test_fact_missing if not requirements.met["owner.suspended"] with input as testing.without(testing.start, "/cameos/0/owner_standing")
