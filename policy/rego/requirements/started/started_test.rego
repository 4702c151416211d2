package cameo.requirements.started_test

import data.cameo.requirements.started as requirement
import data.cameo.testing

test_permitted if requirement.met with input as testing.release

test_permitted_serve if requirement.met with input as testing.serve

test_refused_with_another_cameo if not requirement.met with input as testing.having(testing.release, {"/cameos/1": testing.cameo})

test_fact_missing if not requirement.met with input as testing.without(testing.release, "/generation/started")

test_fact_missing_revision if not requirement.met with input as testing.without(testing.release, "/cameos/0/started_revision")
