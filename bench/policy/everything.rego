# The same question, with everything as data inside OPA: data.people, by account.
package everything

default permit := false

permit if {
	permitted
	not refused
}

owner := data.people[input.owner]

requester := data.people[input.requester]

permitted if input.requester == input.owner

permitted if {
	in_audience
	fits(owner)
}

permitted if {
	grant := owner.grants[input.requester]
	begun(grant)
	unended(grant)
	fits(grant)
}

in_audience if owner.audience == "everyone"

in_audience if {
	owner.audience == "mutuals"
	owner.follows[input.requester]
	requester.follows[input.owner]
}

fits(given) if {
	input.purpose in given.purposes
	every facet in input.facets {
		facet in given.facets
	}
}

begun(grant) if not grant.begins_us

begun(grant) if grant.begins_us <= input.now_us

unended(grant) if not grant.ends_us

unended(grant) if input.now_us < grant.ends_us

refused if owner.blocks[input.requester]

refused if requester.blocks[input.owner]

refused if owner.suspended

refused if requester.suspended
