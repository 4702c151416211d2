package cameo.requirements.verdict_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["verdict.missing"] with input as testing.start

test_refused_other_plan if not requirements.met["verdict.missing"] with input as testing.having(testing.start, {"/generation/plan_digest": "d2"})

test_refused_other_restrictions if not requirements.met["verdict.missing"] with input as testing.having(testing.start, {"/cameos/0/restrictions_revision": 7})

test_refused_other_cameo if not requirements.met["verdict.missing"] with input as testing.having(testing.start, {"/cameos/0/cameo": "cameo-z"})

test_fact_missing if not requirements.met["verdict.missing"] with input as testing.without(testing.start, "/generation/verdict")

test_fact_missing_plan if not requirements.met["verdict.missing"] with input as testing.without(testing.start, "/generation/plan_digest")

test_fact_missing_restrictions if not requirements.met["verdict.missing"] with input as testing.without(testing.start, "/cameos/0/restrictions_revision")
