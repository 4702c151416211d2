package cameo.requirements

# METADATA
# title: No subject declined these bytes
# description: >-
#   A subject may decline any draft with their likeness. These bytes are then never released, even if
#   they approve later.
# custom:
#   code: review.declined
#   actions: [draft, release]
#   message:
#     en: "A subject has declined this draft."
#     ko: "당사자가 이 초안을 거절했습니다."
#   remedy:
#     en: "Make another one."
#     ko: "다시 제작하세요."
#   disclosed_as: review.declined
met contains "review.declined" if {
	every cameo in input.cameos {
		undeclined(cameo)
	}
}

undeclined(cameo) if not cameo.declined

undeclined(cameo) if cameo.declined != input.generation.film_sha256
