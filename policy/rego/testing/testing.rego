# METADATA
# title: Inputs for the tests of requirements
# description: One permitted input for each action, and how a test alters it. Not part of the bundle.
package cameo.testing

bundle_sha256 := "b0b0"

start := {
	"action": "start",
	"now_us": 1000,
	"bundle": {"active_sha256": bundle_sha256},
	"purpose": "personal",
	"engine": {"name": "portrait", "honours": ["visible_mark"]},
	"switches": {"render": true, "engine/portrait": true, "sandbox_use": false},
	"requester": {
		"account": "account-b",
		"standing": "good",
		"minor": false,
		"region": "DE",
		"died": false,
		"invited": false,
	},
	"app": null,
	"generation": {
		"generation": "generation-1",
		"plan_digest": "d1",
		"taken_down": false,
		"duration_ms": 5000,
		"remix": null,
		"verdict": {
			"plan_digest": "d1",
			"classifier": "words/1",
			"hard_blocks": [],
			"verdicts": [{
				"cameo": "cameo-a",
				"restrictions_revision": 0,
				"finding": "allowed",
				"categories": [],
			}],
		},
	},
	"cameos": [cameo],
}

cameo := {
	"cameo": "cameo-a",
	"facets": ["face"],
	"owner": "account-a",
	"owner_standing": "good",
	"owner_minor": false,
	"owner_blocks": false,
	"requester_blocks": false,
	"owner_follows": false,
	"requester_follows": false,
	"status": "active",
	"assurance": "basic",
	"audiences": [],
	"grants": [grant],
	"removed": false,
	"paused": false,
	"revoked": {"no_new_uses": 0, "stop": 0, "take_down": 0},
	"restrictions_revision": 0,
	"restrictions": [],
	"preferences": [],
}

grant := {
	"grant": "g1",
	"revision": 5,
	"purposes": ["personal"],
	"facets": ["face", "voice"],
	"from_us": null,
	"until_us": 2000,
	"uses": 1,
	"review": false,
	"duration_ms": null,
	"pass_on": false,
	"remix": false,
	"withdrawn": {},
	"revoked": {"no_new_uses": 0, "stop": 0, "take_down": 0},
	"reachable": true,
	"via": null,
	"used_by_others": 0,
	"used_ms_by_others": 0,
	"mine": false,
}

# Rules of an audience that let everybody in.
everyone := {
	"rule": "",
	"audience": "everyone",
	"purposes": ["personal"],
	"facets": ["face"],
	"apps": null,
	"regions": null,
	"remix": false,
	"revision": 4,
}

mutuals := object.union(everyone, {"audience": "mutuals"})

release := object.union(started, {"action": "release"})

draft := object.union(started, {"action": "draft"})

serve := object.union(started, {
	"action": "serve",
	"generation": object.union(started.generation, {"released": {"film_sha256": "f1"}}),
})

started := object.union(start, {
	"generation": object.union(start.generation, {
		"film_sha256": "f1",
		"started": {"attempt": 1, "holding": {"cameo-a": 5}, "uses": [{"cameo": "cameo-a", "grant": "g1"}]},
	}),
	"cameos": [object.union(cameo, {"started_revision": 5})],
})

# Put or replace values by path.
having(document, values) := json.patch(document, [{"op": "add", "path": path, "value": value} |
	some path, value in values
])

without(document, path) := json.remove(document, [path])

# A film with this cameo in it, which is out.
remix := {"generation": "generation-0", "cameos": ["cameo-a"], "out": true, "removed": false}

plan := {
	"plan": "maker", "quota": "2026-11", "uses": 3, "duration_ms": 15000, "from_us": 0, "until_us": 2000,
	"used_by_others": 0, "used_ms_by_others": 0,
}
