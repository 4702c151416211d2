package cameo.requirements

# METADATA
# title: A limited requester uses only their own cameo
# description: >-
#   An account of limited standing begins nothing with somebody else's likeness. What it began before
#   may be released.
# custom:
#   code: requester.limited
#   actions: [start]
#   after: requester.suspended
#   message:
#     en: "Your account is limited to your own cameo."
#     ko: "계정이 제한되어 본인의 카메오만 사용할 수 있습니다."
#   remedy:
#     en: "Use your own cameo, or contact the operator."
#     ko: "본인의 카메오를 사용하거나 운영자에게 문의하세요."
#   disclosed_as: requester.limited
met contains "requester.limited" if input.requester.standing == "good"

met contains "requester.limited" if {
	every cameo in input.cameos {
		cameo.owner == input.requester.account
	}
}
