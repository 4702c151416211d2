package cameo.requirements.consent_window_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["consent.expired"] with input as testing.start

test_permitted_begun if requirements.met["consent.expired"] with input as testing.having(testing.start, {"/cameos/0/grants/0/from_us": 1000})

test_permitted_without_end if requirements.met["consent.expired"] with input as testing.having(testing.start, {"/cameos/0/grants/0/until_us": null})

test_permitted_nothing_given if requirements.met["consent.expired"] with input as testing.having(testing.start, {"/cameos/0/grants": []})

test_refused_ended if not requirements.met["consent.expired"] with input as testing.having(testing.start, {"/cameos/0/grants/0/until_us": 1000})

test_refused_not_begun if not requirements.met["consent.expired"] with input as testing.having(testing.start, {"/cameos/0/grants/0/from_us": 1001})

test_fact_missing_now if not requirements.met["consent.expired"] with input as testing.without(testing.start, "/now_us")

test_fact_missing_until if not requirements.met["consent.expired"] with input as testing.without(testing.start, "/cameos/0/grants/0/until_us")

test_fact_missing_cameos if not requirements.met["consent.expired"] with input as testing.without(testing.start, "/cameos")
