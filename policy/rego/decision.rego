# METADATA
# title: The decision
# description: >-
#   Permits only when every requirement of the action is met. A requirement is a folder under requirements/; one whose
#   facts are missing is not met, so missing facts refuse.
package cameo

import data.cameo.consent
import data.cameo.requirements

# METADATA
# title: The one answer, with exactly the fields of policy.ports.Answer
# entrypoint: true
decision := {
	"permit": count(unmet) == 0,
	"unmet": sort(reported),
	"obligations": sort(obligations),
	"basis": consent.basis,
	"review": sort(consent.review),
	"not_after_us": not_after_us,
	"bundle_sha256": data.cameo_bundle.sha256,
}

unmet := object.keys(asked) - requirements.met

# Requirements of the action: code to folder, a table made from their METADATA (python -m policy.codes). An action that nobody knows has
# one requirement, which it cannot meet.
default asked := {"action.unknown": "action"}

asked := data.table.asked[input.action]

# Reasons that only follow from another unmet requirement are left out: an unjudged plan is not a forbidden one.
reported := {code | some code in unmet; not follows(code)}

follows(code) if data.table.after[code] in unmet

obligations contains preference.obligation if {
	input.action in consent.rendering
	some cameo in input.cameos
	some preference in cameo.preferences
	kept(preference)
}

kept(preference) if preference.optional == false

kept(preference) if preference.obligation in input.engine.honours

not_after_us := min(consent.ends) if count(consent.ends) > 0

not_after_us := null if count(consent.ends) == 0
