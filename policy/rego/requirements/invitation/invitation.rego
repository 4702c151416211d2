package cameo.requirements

# METADATA
# title: The requester was invited
# description: >-
#   While the operator's switch invitations is on, only who was invited begins a film.
# custom:
#   code: invitation.required
#   actions: [start]
#   message:
#     en: "Films are made by invitation for now."
#     ko: "지금은 초대받은 사람만 영상을 만들 수 있습니다."
#   remedy:
#     en: "Ask somebody here for an invitation."
#     ko: "이용 중인 사람에게 초대를 요청하세요."
#   disclosed_as: invitation.required
met contains "invitation.required" if not_needed("invitations")

met contains "invitation.required" if {
	input.switches.invitations == true
	input.requester.invited == true
}
