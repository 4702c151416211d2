# METADATA
# title: The ways in which a cameo's owner lets the requester use it
# description: >-
#   A way is [kind, basis, terms]: the owner's own hand (0), a rule of the audience (1), or a grant (2), which is the
#   requester's, an app's, a group's, or one passed on. For each cameo, by its place in the input: the ways that were
#   offered and not taken back, and of those that are open the one that is taken. Shared by the requirements; refuses
#   nothing itself.
package cameo.consent

rendering := {"start", "draft", "release"}

standing[place] := ways if {
	input.action == "start"
	some place, cameo in input.cameos
	ways := array.concat(array.concat(by_owner(cameo), by_audience(cameo)), by_grant(cameo))
}

# What was begun under a grant ends under that grant, what was begun without one ends without one.
standing[place] := ways if {
	input.action in {"draft", "release"}
	some place, cameo in input.cameos
	begun := {use.grant | some use in input.generation.started.uses; use.cameo == cameo.cameo}
	ways := going_on(cameo, begun)
}

going_on(cameo, begun) := array.concat(by_owner(cameo), by_audience(cameo)) if count(begun) == 0

going_on(cameo, begun) := [way | some way in by_grant(cameo); way[1] in begun] if count(begun) > 0

by_owner(cameo) := [way |
	cameo.owner == input.requester.account
	way := [0, "owner", {"purposes": [input.purpose], "facets": cameo.facets, "remix": true}]
]

by_audience(cameo) := [way |
	some rule in cameo.audiences
	in_audience(cameo, rule.audience)
	given_since(rule.revision, cameo.revoked)
	way := [1, concat("", ["audience/", rule.rule]), rule]
]

in_audience(_, "everyone")

in_audience(cameo, "mutuals") if {
	cameo.owner_follows
	cameo.requester_follows
}

by_grant(cameo) := [way |
	some grant in cameo.grants
	not grant.grant == "owner"
	not startswith(grant.grant, "audience/")
	grant.reachable == true
	given_since(grant.revision, cameo.revoked)
	given_since(grant.revision, grant.revoked)
	unwithdrawn(grant.withdrawn)
	passable(grant)
	way := [2, grant.grant, grant]
]

# Given after everything of that kind was last taken back; `no_new_uses` lets finish what has begun.
given_since(revision, revoked) if {
	input.action == "start"
	revision > revoked.no_new_uses
	revision > revoked.stop
	revision > revoked.take_down
}

given_since(revision, revoked) if {
	input.action != "start"
	revision > revoked.stop
	revision > revoked.take_down
}

unwithdrawn(withdrawn) if count(withdrawn) == 0

unwithdrawn(withdrawn) if {
	input.action != "start"
	object.keys(withdrawn) == {"no_new_uses"}
}

# A grant that was passed on counts while whoever passed it on is in good standing and blocked by nobody.
passable(grant) if grant.via == null

passable(grant) if {
	grant.pass_on == true
	grant.via.standing == "good"
	grant.via.blocked == false
}

# The way that is taken: the owner's own hand, then the audience (it costs no use), then a grant without review,
# then one without a limit, then the smallest name.
chosen[place] := min({order(kind, basis, terms) |
	some [kind, basis, terms] in ways
	open(input.cameos[place], kind, terms)
}) if {
	some place, ways in standing
}

order(kind, basis, _) := [kind, [false, false, false], basis, null] if kind < 2

order(2, basis, grant) := [2, [grant.review, grant.uses != null, grant.duration_ms != null], basis, grant.until_us]

open(cameo, 0, own) if for_facets(cameo, own)

open(cameo, 1, rule) if {
	for_purpose(rule)
	for_facets(cameo, rule)
	for_app(rule)
	for_region(rule)
	for_remix(rule)
}

open(cameo, 2, grant) if {
	in_time(grant)
	for_purpose(grant)
	for_facets(cameo, grant)
	for_remix(grant)
	use_left(grant)
	length_left(grant)
}

in_time(grant) if {
	begun(grant.from_us)
	unended(grant.until_us)
}

begun(null)

begun(from_us) if from_us <= input.now_us

unended(null)

unended(until_us) if input.now_us < until_us

for_purpose(terms) if input.purpose in terms.purposes

for_facets(cameo, terms) if {
	count(cameo.facets) > 0
	every facet in cameo.facets {
		facet in terms.facets
	}
}

for_app(rule) if rule.apps == null

for_app(rule) if input.app.app in rule.apps

for_region(rule) if rule.regions == null

for_region(rule) if input.requester.region in rule.regions

for_remix(_) if input.generation.remix == null

for_remix(terms) if terms.remix == true

use_left(grant) if {
	is_boolean(grant.review)
	within(grant.used_by_others + 1, grant.uses)
}

length_left(grant) if within(grant.used_ms_by_others + input.generation.duration_ms, grant.duration_ms)

within(_, null)

within(taken, limit) if taken <= limit

# The cameos to which something leads, and nothing that is open.
stuck contains place if {
	some place, ways in standing
	count(ways) > 0
	not chosen[place]
}

# The way that gets furthest tells what is in the way. A fact that is missing is in the way, too.
halted contains stages[max({stage | some [kind, _, terms] in standing[place]; stage := halt(input.cameos[place], kind, terms)})] if {
	some place in stuck
}

stages := ["window", "purpose", "facets", "app", "region", "remix", "uses", "minutes"]

# Ask only functions of whole terms here: `not` of one with a missing argument is not true.
halt(cameo, kind, terms) := 0 if {
	kind == 2
	not in_time(terms)
}

else := 1 if not for_purpose(terms)

else := 2 if not for_facets(cameo, terms)

else := 3 if {
	kind == 1
	not for_app(terms)
}

else := 4 if {
	kind == 1
	not for_region(terms)
}

else := 5 if not for_remix(terms)

else := 6 if {
	kind == 2
	not use_left(terms)
}

else := 7

basis := {input.cameos[place].cameo: way[2] | some place, way in chosen}

review contains input.cameos[place].cameo if {
	some place, way in chosen
	way[1][0]
}

# What the judge was uncertain of, a person looks at.
review contains cameo.cameo if {
	input.action in rendering
	some cameo in input.cameos
	some verdict in input.generation.verdict.verdicts
	verdict.cameo == cameo.cameo
	verdict.finding == "uncertain"
}

ends contains way[3] if {
	some way in chosen
	way[3] != null
}

# The grant that a use was begun under is there, and nobody took it back that far since the start.
undisturbed(use, strengths) if {
	some cameo in input.cameos
	cameo.cameo == use.cameo
	some grant in cameo.grants
	grant.grant == use.grant
	count(object.keys(grant.withdrawn) & strengths) == 0
	every strength in strengths {
		grant.revoked[strength] <= cameo.started_revision
	}
}

# The requester's own quota: nobody's consent.
undisturbed(use, _) if startswith(use.cameo, "account-")
