package cameo.requirements

import data.cameo.consent

# METADATA
# title: Every owner has let the requester in
# description: >-
#   The requester owns the cameo, is in its audience, or holds a grant, and what was given was not taken
#   back since. What was begun under a grant ends under that grant.
# custom:
#   code: consent.required
#   actions: [start, draft, release]
#   message:
#     en: "The owner has not permitted this use."
#     ko: "소유자가 이 사용을 허락하지 않았습니다."
#   remedy:
#     en: "Ask the owner for a grant."
#     ko: "소유자에게 허락을 요청하세요."
#   disclosed_as: consent.required
met contains "consent.required" if {
	count(input.cameos) > 0
	count(consent.standing) == count(input.cameos)
	every ways in consent.standing {
		count(ways) > 0
	}
}
