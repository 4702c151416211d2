package cameo.requirements

# METADATA
# title: A minor asks only for purposes fit for minors
# description: >-
#   A requester who is a minor uses cameos for personal, parody and education only.
# custom:
#   code: requester.minor
#   actions: [start, draft, release]
#   message:
#     en: "This purpose is not open to minors."
#     ko: "미성년자는 이 목적으로 사용할 수 없습니다."
#   remedy:
#     en: "Choose the purpose personal, parody or education."
#     ko: "personal, parody, education 중에서 목적을 고르세요."
#   disclosed_as: requester.minor
met contains "requester.minor" if input.requester.minor == false

met contains "requester.minor" if {
	input.requester.minor == true
	input.purpose in {"personal", "parody", "education"}
}
