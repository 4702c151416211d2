package cameo.requirements

# METADATA
# title: The requester's region is switched on
# description: >-
#   An operator may switch off one region. A region that was never switched is on.
# custom:
#   code: switch.region
#   actions: [start, draft, release]
#   after: requester.region
#   message:
#     en: "Rendering is switched off in your region."
#     ko: "이 지역에서는 렌더링이 꺼져 있습니다."
#   remedy:
#     en: "Wait until the operator switches it on."
#     ko: "운영자가 켤 때까지 기다리세요."
#   disclosed_as: switch.region
met contains "switch.region" if {
	region := concat("/", ["region", input.requester.region])
	object.get(input.switches, region, true) == true
}
