# METADATA
# title: What was given is in force now
# description: >-
#   A grant has a window: it begins and ends at its times.
# custom:
#   code: consent.expired
#   actions: [start, draft, release]
#   message:
#     en: "The permission is not in force at this time."
#     ko: "지금은 유효하지 않은 허락입니다."
#   remedy:
#     en: "Ask the owner for a grant for this time."
#     ko: "소유자에게 이 시기에 대한 허락을 요청하세요."
#   disclosed_as: consent.expired
package cameo.requirements.consent_window

import data.cameo.consent

met if {
	later := consent.in_time
	every place, ways in consent.standing {
		passed(ways, later[place])
	}
	is_array(input.cameos)
}

# Where nothing came this far, an earlier requirement refuses.
passed(ways, _) if count(ways) == 0

passed(_, ways) if count(ways) > 0
