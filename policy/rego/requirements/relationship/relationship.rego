package cameo.requirements

# METADATA
# title: Neither blocks the other
# description: >-
#   A block in either direction refuses. A requester is told only that consent is required.
# custom:
#   code: relationship.blocked
#   actions: [start, draft, release]
#   message:
#     en: "The owner and the requester are blocked from each other."
#     ko: "소유자와 요청자 사이에 차단이 있습니다."
#   remedy:
#     en: "Choose another cameo."
#     ko: "다른 카메오를 고르세요."
#   disclosed_as: consent.required
met contains "relationship.blocked" if {
	every cameo in input.cameos {
		cameo.owner_blocks == false
		cameo.requester_blocks == false
	}
}
