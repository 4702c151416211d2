package cameo.requirements.started_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["generation.unstarted"] with input as testing.release

test_permitted_serve if requirements.met["generation.unstarted"] with input as testing.serve

test_refused_with_another_cameo if not requirements.met["generation.unstarted"] with input as testing.having(testing.release, {"/cameos/1": testing.cameo})

test_fact_missing if not requirements.met["generation.unstarted"] with input as testing.without(testing.release, "/generation/started")

test_fact_missing_revision if not requirements.met["generation.unstarted"] with input as testing.without(testing.release, "/cameos/0/started_revision")
