package cameo.requirements.consent_facets_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["facet.not_permitted"] with input as testing.start

test_refused if not requirements.met["facet.not_permitted"] with input as testing.having(testing.start, {"/cameos/0/facets": ["body"]})

test_refused_none_named if not requirements.met["facet.not_permitted"] with input as testing.having(testing.start, {"/cameos/0/facets": []})

test_fact_missing_wanted if not requirements.met["facet.not_permitted"] with input as testing.without(testing.start, "/cameos/0/facets")

test_fact_missing_given if not requirements.met["facet.not_permitted"] with input as testing.without(testing.start, "/cameos/0/grants/0/facets")

test_fact_missing_cameos if not requirements.met["facet.not_permitted"] with input as testing.without(testing.start, "/cameos")
