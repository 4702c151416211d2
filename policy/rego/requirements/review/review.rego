package cameo.requirements

import data.cameo.consent

# METADATA
# title: Every subject who must approve has approved
# description: >-
#   Where a grant asks for review, or the judge was uncertain, the subject approves these very bytes
#   before they are released.
# custom:
#   code: review.required
#   actions: [release]
#   message:
#     en: "A subject has yet to approve the draft."
#     ko: "당사자가 아직 초안을 승인하지 않았습니다."
#   remedy:
#     en: "Wait for the approval."
#     ko: "승인을 기다리세요."
#   disclosed_as: review.required
met contains "review.required" if {
	every cameo in input.cameos {
		reviewed(cameo)
	}
}

reviewed(cameo) if not cameo.cameo in consent.review

reviewed(cameo) if cameo.approved == input.generation.film_sha256
