package cameo.requirements.consent_region_test

import data.cameo.requirements
import data.cameo.testing

here := testing.having(testing.start, {"/cameos/0/grants": [], "/cameos/0/audiences": [object.union(testing.everyone, {"regions": ["DE"]})]})

test_permitted if requirements.met["region.not_permitted"] with input as here

test_permitted_by_a_grant if requirements.met["region.not_permitted"] with input as testing.having(here, {"/requester/region": "KR", "/cameos/0/grants": [testing.grant]})

test_permitted_nothing_given if requirements.met["region.not_permitted"] with input as testing.having(testing.start, {"/cameos/0/grants": []})

test_refused if not requirements.met["region.not_permitted"] with input as testing.having(here, {"/requester/region": "KR"})

test_fact_missing_region if not requirements.met["region.not_permitted"] with input as testing.without(here, "/requester/region")

test_fact_missing_regions if not requirements.met["region.not_permitted"] with input as testing.without(here, "/cameos/0/audiences/0/regions")

test_fact_missing_cameos if not requirements.met["region.not_permitted"] with input as testing.without(testing.start, "/cameos")
