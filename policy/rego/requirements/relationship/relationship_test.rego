package cameo.requirements.relationship_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["relationship.blocked"] with input as testing.start

test_refused if not requirements.met["relationship.blocked"] with input as testing.having(testing.start, {"/cameos/0/owner_blocks": true})

test_refused_by_requester if not requirements.met["relationship.blocked"] with input as testing.having(testing.start, {"/cameos/0/requester_blocks": true})

test_fact_missing if not requirements.met["relationship.blocked"] with input as testing.without(testing.start, "/cameos/0/owner_blocks")

test_fact_missing_requester if not requirements.met["relationship.blocked"] with input as testing.without(testing.start, "/cameos/0/requester_blocks")
