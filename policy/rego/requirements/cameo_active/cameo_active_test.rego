package cameo.requirements.cameo_active_test

import data.cameo.requirements.cameo_active as requirement
import data.cameo.testing

test_permitted if requirement.met with input as testing.start

test_refused if not requirement.met with input as testing.having(testing.start, {"/cameos/0/status": "erased"})

test_refused_second if not requirement.met with input as testing.having(testing.start, {"/cameos/1": object.union(testing.cameo, {"status": "erased"})})

test_fact_missing if not requirement.met with input as testing.without(testing.start, "/cameos/0/status")

test_fact_missing_cameos if not requirement.met with input as testing.without(testing.start, "/cameos")
