package cameo.requirements

import data.cameo.consent

# METADATA
# title: What was given covers a film made from a film
# description: >-
#   A film made from another one is a new use. Every subject is asked again and must have permitted remixes.
# custom:
#   code: remix.not_permitted
#   actions: [start, draft, release]
#   message:
#     en: "The owner has not permitted remixes."
#     ko: "소유자가 리믹스를 허락하지 않았습니다."
#   remedy:
#     en: "Ask the owner for a grant that permits remixes."
#     ko: "소유자에게 리믹스 허락을 요청하세요."
#   disclosed_as: remix.not_permitted
met contains "remix.not_permitted" if {
	is_array(input.cameos)
	not "remix" in consent.halted
}
