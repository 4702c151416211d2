package cameo.requirements.removed_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["generation.removed"] with input as testing.serve

test_permitted_release if requirements.met["generation.removed"] with input as testing.release

test_refused_to_begin if not requirements.met["generation.removed"] with input as testing.having(testing.start, {"/cameos/0/removed": true})

test_refused if not requirements.met["generation.removed"] with input as testing.having(testing.serve, {"/cameos/0/removed": true})

test_refused_by_one_of_two if not requirements.met["generation.removed"] with input as testing.having(testing.release, {"/cameos/1": object.union(testing.cameo, {"removed": true})})

test_fact_missing if not requirements.met["generation.removed"] with input as testing.without(testing.serve, "/cameos/0/removed")

test_fact_missing_cameos if not requirements.met["generation.removed"] with input as testing.without(testing.serve, "/cameos")
