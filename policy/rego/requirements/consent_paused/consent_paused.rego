package cameo.requirements

# METADATA
# title: No owner has paused
# description: >-
#   An owner may pause everything of theirs: nothing of the cameo starts or is released until it is
#   resumed, for the owner neither. What was given stays given.
# custom:
#   code: consent.paused
#   actions: [start, draft, release]
#   message:
#     en: "The owner has paused this cameo."
#     ko: "소유자가 이 카메오를 일시 중지했습니다."
#   remedy:
#     en: "Wait until the owner resumes it."
#     ko: "소유자가 다시 시작할 때까지 기다리세요."
#   disclosed_as: consent.required
met contains "consent.paused" if {
	every cameo in input.cameos {
		cameo.paused == false
	}
}
