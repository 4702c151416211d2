package cameo_test

import data.cameo
import data.cameo.testing

in_force := {"sha256": testing.bundle_sha256}

answer(question) := decided if decided := cameo.decision with input as question with data.cameo_bundle as in_force

permitted(basis) := {
	"permit": true,
	"unmet": [],
	"obligations": [],
	"basis": basis,
	"review": [],
	"not_after_us": null,
	"bundle_sha256": testing.bundle_sha256,
}

test_start_is_permitted_until_the_grant_ends if {
	answer(testing.start) == object.union(permitted({"cameo-a": "g1"}), {"not_after_us": 2000})
}

test_release_and_draft_are_permitted if {
	answer(testing.release).permit
	answer(testing.draft).permit
}

test_serve_is_permitted_without_a_basis if {
	answer(testing.serve) == permitted({})
	answer(testing.having(testing.serve, {"/cameos/0/owner": "account-b"})) == permitted({})
}

test_an_unknown_action_is_refused if {
	answer(testing.having(testing.start, {"/action": "sell"})).unmet == ["action.unknown"]
	answer(testing.without(testing.start, "/action")).unmet == ["action.unknown"]
}

test_nothing_known_is_refused if {
	decided := answer({"action": "start"})
	decided.permit == false
	count(decided.unmet) > 10
}

test_no_answer_without_a_bundle_digest if not cameo.decision with input as testing.start with data.cameo_bundle as {}

test_every_reason_is_told if {
	question := testing.having(testing.start, {
		"/cameos/0/owner_blocks": true,
		"/switches/render": false,
		"/purpose": "advertising",
	})
	answer(question).unmet == ["purpose.not_permitted", "relationship.blocked", "switch.render"]
}

test_what_follows_from_a_missing_verdict_is_not_told if {
	answer(testing.without(testing.start, "/generation/verdict")).unmet == ["verdict.missing"]
}

test_every_cameo_must_pass if {
	second := object.union(testing.cameo, {"cameo": "cameo-c", "owner_blocks": true})
	judged := object.union(testing.start.generation.verdict.verdicts[0], {"cameo": "cameo-c"})
	question := testing.having(testing.start, {"/cameos/1": second, "/generation/verdict/verdicts/1": judged})
	answer(question).unmet == ["relationship.blocked"]
}

test_preferences_become_obligations if {
	question := testing.having(testing.start, {"/cameos/0/preferences": [
		{"obligation": "visible_mark", "optional": true},
		{"obligation": "gold_necklace", "optional": false},
		{"obligation": "blue_hat", "optional": true},
	]})
	decided := answer(question)
	decided.obligations == ["gold_necklace", "visible_mark"]
	decided.unmet == ["obligation.unsupported"]
}

test_the_owner_comes_first_then_the_audience_then_a_grant_without_review_or_limit if {
	grants := [
		object.union(testing.grant, {"grant": "g1", "review": true, "uses": null}),
		object.union(testing.grant, {"grant": "g2"}),
		object.union(testing.grant, {"grant": "g3", "uses": null}),
	]
	by_grant := testing.having(testing.start, {"/cameos/0/grants": grants})
	by_audience := testing.having(by_grant, {"/cameos/0/audiences": [testing.everyone]})
	by_owner := testing.having(by_audience, {"/cameos/0/owner": "account-b"})
	answer(by_grant).basis == {"cameo-a": "g3"}
	answer(by_audience).basis == {"cameo-a": "audience/"}
	answer(by_owner).basis == {"cameo-a": "owner"}
}

test_a_grant_with_review_and_an_uncertain_finding_ask_for_review if {
	by_grant := testing.having(testing.start, {"/cameos/0/grants/0/review": true})
	uncertain := testing.having(testing.start, {"/generation/verdict/verdicts/0/finding": "uncertain"})
	answer(by_grant).review == ["cameo-a"]
	answer(uncertain).review == ["cameo-a"]
}

test_stopped_and_taken_down_are_told if {
	stopped := testing.having(testing.release, {"/cameos/0/grants/0/withdrawn": {"stop": 9}})
	taken_down := testing.having(testing.serve, {"/cameos/0/revoked/take_down": 9})
	answer(stopped).unmet == ["consent.required", "consent.stopped"]
	answer(taken_down).unmet == ["consent.taken_down"]
}

test_a_grant_with_a_length_is_taken_while_it_lasts if {
	given := testing.having(testing.start, {"/cameos/0/grants/0/duration_ms": 5000})
	answer(given).basis == {"cameo-a": "g1"}
	answer(testing.having(given, {"/cameos/0/grants/0/used_ms_by_others": 1})).basis == {}
}
