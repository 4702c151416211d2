package cameo.requirements

import data.cameo.consent

# METADATA
# title: The requester has a plan in force
# description: >-
#   While the operator's switch plans is on, who asks has a plan, and it has begun and not ended.
# custom:
#   code: plan.required
#   actions: [start]
#   message:
#     en: "A plan is needed, and none is in force for this account."
#     ko: "요금제가 필요하지만 이 계정에 유효한 요금제가 없습니다."
#   remedy:
#     en: "Take out a plan, or renew it."
#     ko: "요금제에 가입하거나 갱신하세요."
#   disclosed_as: plan.required
met contains "plan.required" if not_needed("plans")

met contains "plan.required" if {
	input.switches.plans == true
	input.requester.plan.from_us <= input.now_us
	consent.unended(input.requester.plan.until_us)
}

# An operator's demand that was never switched on is off.
not_needed(demand) if object.get(input.switches, demand, false) == false
