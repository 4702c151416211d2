package cameo.requirements.consent_taken_down_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["consent.taken_down"] with input as testing.serve

test_permitted_weaker_revocation if requirements.met["consent.taken_down"] with input as testing.having(testing.serve, {"/cameos/0/revoked/no_new_uses": 9, "/cameos/0/grants/0/withdrawn": {"no_new_uses": 9}})

test_permitted_older_revocation if requirements.met["consent.taken_down"] with input as testing.having(testing.serve, {"/cameos/0/revoked/take_down": 3})

test_refused_revoked if not requirements.met["consent.taken_down"] with input as testing.having(testing.serve, {"/cameos/0/revoked/take_down": 6})

test_refused_taken_down if not requirements.met["consent.taken_down"] with input as testing.having(testing.serve, {"/cameos/0/revoked/take_down": 6})

test_refused_withdrawn if not requirements.met["consent.taken_down"] with input as testing.having(testing.serve, {"/cameos/0/grants/0/withdrawn": {"take_down": 6}})

test_fact_missing_started if not requirements.met["consent.taken_down"] with input as testing.without(testing.serve, "/generation/started")

test_fact_missing_revision if not requirements.met["consent.taken_down"] with input as testing.without(testing.serve, "/cameos/0/started_revision")

test_fact_missing_revoked if not requirements.met["consent.taken_down"] with input as testing.without(testing.serve, "/cameos/0/revoked")

test_fact_missing_grant if not requirements.met["consent.taken_down"] with input as testing.having(testing.serve, {"/cameos/0/grants": []})

test_fact_missing_withdrawn if not requirements.met["consent.taken_down"] with input as testing.without(testing.serve, "/cameos/0/grants/0/withdrawn")

test_permitted_with_a_quota if requirements.met["consent.taken_down"] with input as testing.having(testing.serve, {"/generation/started/uses/1": {"cameo": "account-b", "grant": "2026-11"}})

test_refused_group_revoked if not requirements.met["consent.taken_down"] with input as testing.having(testing.serve, {"/cameos/0/grants/0/revoked/take_down": 6})
