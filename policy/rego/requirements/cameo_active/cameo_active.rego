package cameo.requirements

# METADATA
# title: Every cameo is active
# description: >-
#   A cameo that was never activated, or whose subject was forgotten, is neither rendered nor served.
# custom:
#   code: cameo.inactive
#   actions: [start, draft, release, serve]
#   message:
#     en: "A cameo is not active."
#     ko: "활성 상태가 아닌 카메오가 있습니다."
#   remedy:
#     en: "Choose a cameo that is active."
#     ko: "활성 상태인 카메오를 고르세요."
#   disclosed_as: consent.required
met contains "cameo.inactive" if {
	every cameo in input.cameos {
		cameo.status == "active"
	}
}
