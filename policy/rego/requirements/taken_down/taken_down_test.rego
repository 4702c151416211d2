package cameo.requirements.taken_down_test

import data.cameo.requirements.taken_down as requirement
import data.cameo.testing

test_permitted if requirement.met with input as testing.serve

test_refused if not requirement.met with input as testing.having(testing.serve, {"/generation/taken_down": true})

test_fact_missing if not requirement.met with input as testing.without(testing.serve, "/generation/taken_down")
