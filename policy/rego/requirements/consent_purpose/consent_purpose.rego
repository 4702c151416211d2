package cameo.requirements

import data.cameo.consent

# METADATA
# title: What was given names the purpose
# description: >-
#   An audience or a grant permits the purposes that it names, and no others.
# custom:
#   code: purpose.not_permitted
#   actions: [start, draft, release]
#   message:
#     en: "The owner has not permitted this purpose."
#     ko: "소유자가 이 목적을 허락하지 않았습니다."
#   remedy:
#     en: "Choose a purpose that was permitted, or ask the owner for a grant for this one."
#     ko: "허락된 목적을 고르거나 이 목적에 대한 허락을 요청하세요."
#   disclosed_as: purpose.not_permitted
met contains "purpose.not_permitted" if {
	is_array(input.cameos)
	not "purpose" in consent.halted
}
