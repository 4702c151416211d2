package cameo.requirements.cameo_active_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["cameo.inactive"] with input as testing.start

test_refused if not requirements.met["cameo.inactive"] with input as testing.having(testing.start, {"/cameos/0/status": "erased"})

test_refused_second if not requirements.met["cameo.inactive"] with input as testing.having(testing.start, {"/cameos/1": object.union(testing.cameo, {"status": "erased"})})

test_fact_missing if not requirements.met["cameo.inactive"] with input as testing.without(testing.start, "/cameos/0/status")

test_fact_missing_cameos if not requirements.met["cameo.inactive"] with input as testing.without(testing.start, "/cameos")
