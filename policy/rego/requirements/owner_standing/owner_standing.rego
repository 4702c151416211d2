package cameo.requirements

# METADATA
# title: No owner is suspended
# description: >-
#   The cameo of an account that the operator suspended is not rendered and not released.
# custom:
#   code: owner.suspended
#   actions: [start, draft, release]
#   message:
#     en: "The owner's account is suspended."
#     ko: "소유자의 계정이 정지되었습니다."
#   remedy:
#     en: "Choose another cameo."
#     ko: "다른 카메오를 고르세요."
#   disclosed_as: consent.required
met contains "owner.suspended" if {
	every cameo in input.cameos {
		cameo.owner_standing in {"good", "limited"}
	}
}
