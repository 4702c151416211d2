package cameo.requirements.quota_test

import data.cameo.requirements
import data.cameo.testing

planned := testing.having(testing.start, {"/switches/plans": true, "/requester/plan": testing.plan})

test_permitted if requirements.met["quota.exhausted"] with input as planned

test_permitted_to_the_last if requirements.met["quota.exhausted"] with input as testing.having(planned, {"/requester/plan/used_by_others": 2, "/requester/plan/used_ms_by_others": 10000})

test_permitted_unlimited if requirements.met["quota.exhausted"] with input as testing.having(planned, {"/requester/plan/uses": null, "/requester/plan/duration_ms": null, "/requester/plan/used_by_others": 99})

test_permitted_never_switched_on if requirements.met["quota.exhausted"] with input as testing.start

test_refused_films if not requirements.met["quota.exhausted"] with input as testing.having(planned, {"/requester/plan/used_by_others": 3})

test_refused_length if not requirements.met["quota.exhausted"] with input as testing.having(planned, {"/requester/plan/used_ms_by_others": 10001})

test_fact_missing_switches if not requirements.met["quota.exhausted"] with input as testing.without(testing.start, "/switches")

test_fact_missing_plan if not requirements.met["quota.exhausted"] with input as testing.without(planned, "/requester/plan")

test_fact_missing_used if not requirements.met["quota.exhausted"] with input as testing.without(planned, "/requester/plan/used_by_others")

test_fact_missing_used_length if not requirements.met["quota.exhausted"] with input as testing.without(planned, "/requester/plan/used_ms_by_others")

test_fact_missing_limit if not requirements.met["quota.exhausted"] with input as testing.without(planned, "/requester/plan/uses")

test_fact_missing_length if not requirements.met["quota.exhausted"] with input as testing.without(planned, "/generation/duration_ms")
