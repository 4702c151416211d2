package cameo.requirements

import data.cameo.consent

# METADATA
# title: What was given covers the facets
# description: >-
#   Face, voice and body are permitted one by one. A use names at least one.
# custom:
#   code: facet.not_permitted
#   actions: [start, draft, release]
#   message:
#     en: "The owner has not permitted all of face, voice and body that this needs."
#     ko: "필요한 얼굴·목소리·몸 가운데 허락되지 않은 것이 있습니다."
#   remedy:
#     en: "Ask for fewer facets, or ask the owner for a grant that covers them."
#     ko: "요청 항목을 줄이거나 해당 항목에 대한 허락을 요청하세요."
#   disclosed_as: facet.not_permitted
met contains "facet.not_permitted" if {
	is_array(input.cameos)
	not "facets" in consent.halted
}
