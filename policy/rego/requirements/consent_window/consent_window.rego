package cameo.requirements

import data.cameo.consent

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
met contains "consent.expired" if {
	is_array(input.cameos)
	not "window" in consent.halted
}
