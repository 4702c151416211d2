package cameo.requirements

# METADATA
# title: The enrolment is good enough for others to use
# description: >-
#   A sandbox enrolment may be a synthetic recording: others may use it only while the operator's switch
#   sandbox_use is on.
# custom:
#   code: assurance.sandbox
#   actions: [start, draft, release]
#   after: cameo.inactive
#   message:
#     en: "The cameo was enrolled in the sandbox and is not open to others."
#     ko: "샌드박스에서 등록된 카메오라 다른 사람이 사용할 수 없습니다."
#   remedy:
#     en: "Ask its owner to enrol again under the profile basic or verified."
#     ko: "소유자에게 basic 또는 verified 프로필로 다시 등록하도록 요청하세요."
#   disclosed_as: assurance.sandbox
met contains "assurance.sandbox" if {
	every cameo in input.cameos {
		enough(cameo)
	}
}

enough(cameo) if cameo.assurance in {"basic", "verified"}

enough(cameo) if {
	cameo.assurance == "sandbox"
	cameo.owner == input.requester.account
}

enough(cameo) if {
	cameo.assurance == "sandbox"
	input.switches.sandbox_use == true
}
