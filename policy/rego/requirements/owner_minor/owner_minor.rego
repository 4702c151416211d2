package cameo.requirements

# METADATA
# title: A minor's cameo is the minor's own
# description: >-
#   The cameo of a minor is used by that minor alone, for personal and education.
# custom:
#   code: owner.minor
#   actions: [start, draft, release]
#   message:
#     en: "The cameo belongs to a minor."
#     ko: "미성년자의 카메오입니다."
#   remedy:
#     en: "Choose another cameo."
#     ko: "다른 카메오를 고르세요."
#   disclosed_as: consent.required
met contains "owner.minor" if {
	every cameo in input.cameos {
		allowed(cameo)
	}
}

allowed(cameo) if cameo.owner_minor == false

allowed(cameo) if {
	cameo.owner_minor == true
	cameo.owner == input.requester.account
	input.purpose in {"personal", "education"}
}
