package cameo.requirements.consent_minutes_test

import data.cameo.requirements
import data.cameo.testing

limited := testing.having(testing.start, {"/cameos/0/grants/0/duration_ms": 12000, "/cameos/0/grants/0/used_ms_by_others": 7000})

test_permitted_to_the_last if requirements.met["minutes.exhausted"] with input as limited

test_permitted_unlimited if requirements.met["minutes.exhausted"] with input as testing.start

test_permitted_nothing_given if requirements.met["minutes.exhausted"] with input as testing.having(testing.start, {"/cameos/0/grants": []})

test_permitted_where_an_earlier_stage_refuses if requirements.met["minutes.exhausted"] with input as testing.having(testing.start, {"/purpose": "advertising"})

test_refused_without_any_reason if not requirements.met["minutes.exhausted"] with input as testing.start with data.cameo.consent.chosen as {}

test_refused if not requirements.met["minutes.exhausted"] with input as testing.having(limited, {"/cameos/0/grants/0/used_ms_by_others": 7001})

test_fact_missing_used if not requirements.met["minutes.exhausted"] with input as testing.without(limited, "/cameos/0/grants/0/used_ms_by_others")

test_fact_missing_limit if not requirements.met["minutes.exhausted"] with input as testing.without(limited, "/cameos/0/grants/0/duration_ms")

test_fact_missing_length if not requirements.met["minutes.exhausted"] with input as testing.without(limited, "/generation/duration_ms")

test_fact_missing_cameos if not requirements.met["minutes.exhausted"] with input as testing.without(testing.start, "/cameos")
