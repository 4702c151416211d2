package cameo.requirements

# METADATA
# title: No subject has removed the film
# description: >-
#   A subject may remove a film with their likeness: it is neither begun, released nor served any more. What else
#   its maker made stays.
# custom:
#   code: generation.removed
#   actions: [start, draft, release, serve]
#   message:
#     en: "A subject has removed this film."
#     ko: "당사자가 이 영상을 삭제했습니다."
#   remedy:
#     en: "None: the subject's decision stands."
#     ko: "없음: 당사자의 결정이 유지됩니다."
#   disclosed_as: generation.removed
met contains "generation.removed" if {
	every cameo in input.cameos {
		cameo.removed == false
	}
}
