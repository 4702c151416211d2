# METADATA
# title: The ways in which a cameo's owner lets the requester use it
# description: >-
#   For each cameo, by its place in the input: what was offered and not taken back, then what is left of it after each
#   condition. A way is the owner's own hand, the audience, or one grant. Shared by the requirements; refuses nothing itself.
package cameo.consent

rendering := {"start", "draft", "release"}

# Withdrawals of a grant that count.
counting := {
	"start": {"no_new_uses", "stop", "take_down"},
	"draft": {"stop", "take_down"},
	"release": {"stop", "take_down"},
}[input.action]

# The grants whose use this generation has reserved. What was begun under a grant ends under that grant.
committed[place] := {use.grant |
	input.action != "start"
	some use in input.generation.started.uses
	use.cameo == cameo.cameo
} if {
	some place, cameo in input.cameos
}

unlimited := {
	"from_us": null, "until_us": null, "uses": null, "used_by_others": 0,
	"duration_ms": null, "used_ms_by_others": 0, "review": false,
	"apps": null, "regions": null, "remix": true,
}

standing[place] := array.concat(own[place], granted[place]) if some place, _ in input.cameos

own[place] := [way |
	input.action in rendering
	count(committed[place]) == 0
	some way in array.concat(by_owner(cameo), by_audience(cameo))
] if {
	some place, cameo in input.cameos
}

by_owner(cameo) := [way |
	cameo.owner == input.requester.account
	way := object.union(unlimited, {"rank": 0, "basis": "owner", "purposes": [input.purpose], "facets": cameo.facets})
]

by_audience(cameo) := [way |
	some rule in cameo.audiences
	in_audience(cameo, rule.audience)
	since(cameo.revoked, rule.revision)
	way := object.union(unlimited, {
		"rank": 1,
		"basis": concat("", ["audience/", rule.rule]),
		"purposes": rule.purposes,
		"facets": rule.facets,
		"apps": rule.apps,
		"regions": rule.regions,
		"remix": rule.remix,
	})
]

in_audience(_, "everyone")

in_audience(cameo, "mutuals") if {
	cameo.owner_follows
	cameo.requester_follows
}

granted[place] := [way |
	some grant in cameo.grants
	not grant.grant == "owner"
	not startswith(grant.grant, "audience/")
	grant.reachable == true
	reserved(committed[place], grant.grant)
	since(cameo.revoked, grant.revision)
	since(grant.revoked, grant.revision)
	passable(grant)
	withdrawn := object.keys(grant.withdrawn)
	count(withdrawn & counting) == 0
	way := object.union(grant, {"rank": 2, "basis": grant.grant, "apps": null, "regions": null})
] if {
	some place, cameo in input.cameos
}

# A grant that was passed on counts while whoever passed it on is in good standing and blocked by nobody.
passable(grant) if grant.via == null

passable(grant) if {
	grant.pass_on == true
	grant.via.standing == "good"
	grant.via.blocked == false
}

reserved(_, _) if input.action == "start"

reserved(grants, grant) if grant in grants

# Given after everything of that kind was last withdrawn; `no_new_uses` lets finish what has begun.
since(revoked, revision) if {
	revision > revoked.stop
	revision > revoked.take_down
	begins_since(revision, revoked.no_new_uses)
}

begins_since(_, _) if input.action in {"draft", "release"}

begins_since(revision, no_new_uses) if {
	input.action == "start"
	revision > no_new_uses
}

in_time[place] := [way |
	some way in ways
	begun(way.from_us)
	unended(way.until_us)
] if {
	some place, ways in standing
}

begun(null)

begun(from_us) if from_us <= input.now_us

unended(null)

unended(until_us) if input.now_us < until_us

for_purpose[place] := [way |
	some way in ways
	input.purpose in way.purposes
] if {
	some place, ways in in_time
}

for_facets[place] := [way |
	some way in ways
	wanted := {facet | some facet in input.cameos[place].facets}
	count(wanted) > 0
	count(wanted - {facet | some facet in way.facets}) == 0
] if {
	some place, ways in for_purpose
}

for_app[place] := [way |
	some way in ways
	named(way.apps, object.get(input, ["app", "app"], null))
] if {
	some place, ways in for_facets
}

for_region[place] := [way |
	some way in ways
	named(way.regions, object.get(input.requester, "region", null))
] if {
	some place, ways in for_app
}

named(null, _)

named(names, name) if name in names

for_remix[place] := [way |
	some way in ways
	remixable(way)
] if {
	some place, ways in for_region
}

remixable(_) if input.generation.remix == null

remixable(way) if way.remix == true

left[place] := [way |
	some way in ways
	is_boolean(way.review)
	use_left(way)
] if {
	some place, ways in for_remix
}

use_left(way) if way.uses == null

use_left(way) if way.used_by_others + 1 <= way.uses

lasting[place] := [way |
	some way in ways
	length_left(way)
] if {
	some place, ways in left
}

length_left(way) if way.duration_ms == null

length_left(way) if way.used_ms_by_others + input.generation.duration_ms <= way.duration_ms

# The way that is taken: the owner's own hand, then the audience (it costs no use), then a grant without review,
# then one without a limit, then the smallest name.
chosen[place] := way if {
	some place, ways in lasting
	first := min({[way.rank, way.review, limited(way), way.basis] | some way in ways})
	some way in ways
	way.basis == first[3]
}

limited(way) := [way.uses != null, way.duration_ms != null]

basis := {input.cameos[place].cameo: way.basis | some place, way in chosen}

review contains input.cameos[place].cameo if {
	some place, way in chosen
	way.review
}

# What the judge was uncertain of, a person looks at.
review contains cameo.cameo if {
	input.action in rendering
	some cameo in input.cameos
	some verdict in input.generation.verdict.verdicts
	verdict.cameo == cameo.cameo
	verdict.finding == "uncertain"
}

ends contains way.until_us if {
	some way in chosen
	way.until_us != null
}
