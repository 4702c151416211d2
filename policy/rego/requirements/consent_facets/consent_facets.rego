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
package cameo.requirements.consent_facets

import data.cameo.consent

met if {
	later := consent.for_facets
	every place, ways in consent.for_purpose {
		passed(ways, later[place])
	}
	is_array(input.cameos)
}

# Where nothing came this far, an earlier requirement refuses.
passed(ways, _) if count(ways) == 0

passed(_, ways) if count(ways) > 0
