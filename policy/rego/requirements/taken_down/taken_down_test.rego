package cameo.requirements.taken_down_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["generation.taken_down"] with input as testing.serve

test_refused if not requirements.met["generation.taken_down"] with input as testing.having(testing.serve, {"/generation/taken_down": true})

test_fact_missing if not requirements.met["generation.taken_down"] with input as testing.without(testing.serve, "/generation/taken_down")
