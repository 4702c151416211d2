package cameo.requirements

import data.cameo.consent

# METADATA
# title: What was given is open to the region
# description: >-
#   A rule of an audience may name the regions from which it lets people in.
# custom:
#   code: region.not_permitted
#   actions: [start, draft, release]
#   message:
#     en: "The owner has not permitted this for your region."
#     ko: "소유자가 이 지역에서의 사용을 허락하지 않았습니다."
#   remedy:
#     en: "Ask the owner for a grant."
#     ko: "소유자에게 허락을 요청하세요."
#   disclosed_as: region.not_permitted
met contains "region.not_permitted" if {
	is_array(input.cameos)
	not "region" in consent.halted
}
