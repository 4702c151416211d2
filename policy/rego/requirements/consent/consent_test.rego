package cameo.requirements.consent_test

import data.cameo.requirements
import data.cameo.testing

test_permitted_by_grant if requirements.met["consent.required"] with input as testing.start

test_permitted_by_owner if requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/grants": [], "/cameos/0/owner": "account-b"})

test_permitted_by_everyone if requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/grants": [], "/cameos/0/audiences": [testing.everyone]})

test_permitted_by_mutuals if requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/grants": [], "/cameos/0/audiences": [testing.mutuals], "/cameos/0/owner_follows": true, "/cameos/0/requester_follows": true})

test_permitted_after_revocation if requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/revoked/stop": 4})

test_permitted_release if requirements.met["consent.required"] with input as testing.release

test_permitted_release_after_no_new_uses if requirements.met["consent.required"] with input as testing.having(testing.release, {"/cameos/0/revoked/no_new_uses": 9, "/cameos/0/grants/0/withdrawn": {"no_new_uses": 9}})

test_refused_nothing_given if not requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/grants": []})

test_refused_not_mutual if not requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/grants": [], "/cameos/0/audiences": [testing.mutuals], "/cameos/0/owner_follows": true})

test_refused_approved_needs_a_grant if not requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/grants": [], "/cameos/0/audiences": [object.union(testing.everyone, {"audience": "approved"})]})

test_refused_revoked if not requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/revoked/no_new_uses": 5})

test_refused_audience_revoked if not requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/grants": [], "/cameos/0/audiences": [testing.everyone], "/cameos/0/revoked/take_down": 9})

test_refused_withdrawn if not requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/grants/0/withdrawn": {"no_new_uses": 6}})

test_refused_release_withdrawn if not requirements.met["consent.required"] with input as testing.having(testing.release, {"/cameos/0/grants/0/withdrawn": {"stop": 6}})

test_refused_release_under_another_grant if not requirements.met["consent.required"] with input as testing.having(testing.release, {"/cameos/0/grants/0/grant": "g2"})

test_refused_release_lost_audience if not requirements.met["consent.required"] with input as testing.having(testing.release, {"/cameos/0/grants": [], "/cameos/0/audiences": [testing.mutuals], "/generation/started/uses": []})

test_refused_one_of_two if not requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/1": object.union(testing.cameo, {"grants": []})})

test_refused_grant_in_the_owners_name if not requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/grants/0/grant": "owner"})

test_refused_nobody if not requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos": []})

test_fact_missing_cameos if not requirements.met["consent.required"] with input as testing.without(testing.start, "/cameos")

test_fact_missing_grants if not requirements.met["consent.required"] with input as testing.without(testing.start, "/cameos/0/grants")

test_fact_missing_revoked if not requirements.met["consent.required"] with input as testing.without(testing.start, "/cameos/0/revoked")

test_fact_missing_withdrawn if not requirements.met["consent.required"] with input as testing.without(testing.start, "/cameos/0/grants/0/withdrawn")

test_fact_missing_audience_revision if not requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/grants": [], "/cameos/0/audiences": [object.remove(testing.everyone, ["revision"])]})

test_fact_missing_mutuals if not requirements.met["consent.required"] with input as testing.without(testing.having(testing.start, {"/cameos/0/grants": [], "/cameos/0/audiences": [testing.mutuals], "/cameos/0/owner_follows": true, "/cameos/0/requester_follows": true}), "/cameos/0/owner_follows")

passed := {"/cameos/0/grants/0/pass_on": true, "/cameos/0/grants/0/via": {"account": "account-d", "standing": "good", "blocked": false}}

passed_on := testing.having(testing.start, passed)

test_permitted_passed_on if requirements.met["consent.required"] with input as passed_on

test_refused_passed_on_without_leave if not requirements.met["consent.required"] with input as testing.having(passed_on, {"/cameos/0/grants/0/pass_on": false})

test_refused_passed_on_by_one_who_is_blocked if not requirements.met["consent.required"] with input as testing.having(passed_on, {"/cameos/0/grants/0/via/blocked": true})

test_refused_passed_on_by_one_who_is_suspended if not requirements.met["consent.required"] with input as testing.having(passed_on, {"/cameos/0/grants/0/via/standing": "suspended"})

test_refused_unreachable if not requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/grants/0/reachable": false})

test_refused_group_revoked if not requirements.met["consent.required"] with input as testing.having(testing.start, {"/cameos/0/grants/0/revoked/no_new_uses": 6})

test_fact_missing_via if not requirements.met["consent.required"] with input as testing.without(testing.start, "/cameos/0/grants/0/via")

test_fact_missing_standing_of_whoever_passed_it_on if not requirements.met["consent.required"] with input as testing.without(passed_on, "/cameos/0/grants/0/via/standing")

test_fact_missing_block_of_whoever_passed_it_on if not requirements.met["consent.required"] with input as testing.without(passed_on, "/cameos/0/grants/0/via/blocked")

test_fact_missing_reachable if not requirements.met["consent.required"] with input as testing.without(testing.start, "/cameos/0/grants/0/reachable")

test_fact_missing_group_revoked if not requirements.met["consent.required"] with input as testing.without(testing.start, "/cameos/0/grants/0/revoked")
