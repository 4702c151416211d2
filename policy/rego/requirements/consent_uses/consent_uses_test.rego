package cameo.requirements.consent_uses_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["uses.exhausted"] with input as testing.start

test_permitted_unlimited if requirements.met["uses.exhausted"] with input as testing.having(testing.start, {"/cameos/0/grants/0/uses": null})

test_permitted_own_reservation if requirements.met["uses.exhausted"] with input as testing.having(testing.release, {"/cameos/0/grants/0/mine": true})

test_refused if not requirements.met["uses.exhausted"] with input as testing.having(testing.start, {"/cameos/0/grants/0/used_by_others": 1})

test_fact_missing_count if not requirements.met["uses.exhausted"] with input as testing.without(testing.start, "/cameos/0/grants/0/used_by_others")

test_fact_missing_limit if not requirements.met["uses.exhausted"] with input as testing.without(testing.start, "/cameos/0/grants/0/uses")

test_fact_missing_review if not requirements.met["uses.exhausted"] with input as testing.without(testing.start, "/cameos/0/grants/0/review")

test_fact_missing_cameos if not requirements.met["uses.exhausted"] with input as testing.without(testing.start, "/cameos")

# What later requirements ask for: an app, a region, a remix, a length.
test_permitted_named_app_and_region if {
	rule := object.union(testing.everyone, {"apps": ["app-1"], "regions": ["DE"]})
	asked := {"/cameos/0/grants": [], "/cameos/0/audiences": [rule], "/app": {"app": "app-1", "standing": "good"}}
	requirements.met["uses.exhausted"] with input as testing.having(testing.start, asked)
}

test_permitted_remix_within_a_length if {
	given := {"/cameos/0/grants/0/remix": true, "/cameos/0/grants/0/duration_ms": 5000}
	remix := {"/generation/remix": {"generation": "generation-0", "cameos": [], "out": true, "removed": false}}
	requirements.met["uses.exhausted"] with input as testing.having(testing.start, object.union(given, remix))
}
