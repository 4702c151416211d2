package cameo.requirements.plan_test

import data.cameo.requirements
import data.cameo.testing

planned := testing.having(testing.start, {"/switches/plans": true, "/requester/plan": testing.plan})

test_permitted if requirements.met["plan.required"] with input as planned

test_permitted_from_its_first_moment if requirements.met["plan.required"] with input as testing.having(planned, {"/requester/plan/from_us": 1000})

test_permitted_without_end if requirements.met["plan.required"] with input as testing.having(planned, {"/requester/plan/until_us": null})

test_permitted_never_switched_on if requirements.met["plan.required"] with input as testing.start

test_permitted_switched_off if requirements.met["plan.required"] with input as testing.having(testing.start, {"/switches/plans": false})

test_refused if not requirements.met["plan.required"] with input as testing.without(planned, "/requester/plan")

test_refused_ended if not requirements.met["plan.required"] with input as testing.having(planned, {"/requester/plan/until_us": 1000})

test_refused_not_begun if not requirements.met["plan.required"] with input as testing.having(planned, {"/requester/plan/from_us": 1001})

test_fact_missing_switches if not requirements.met["plan.required"] with input as testing.without(testing.start, "/switches")

test_fact_missing_from if not requirements.met["plan.required"] with input as testing.without(planned, "/requester/plan/from_us")

test_fact_missing_until if not requirements.met["plan.required"] with input as testing.without(planned, "/requester/plan/until_us")

test_fact_missing_now if not requirements.met["plan.required"] with input as testing.without(planned, "/now_us")
