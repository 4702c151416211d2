package cameo.requirements

import data.cameo.consent

# METADATA
# title: The quota of the plan is not spent
# description: >-
#   A plan is good for a number of films and a length in all in its period. Each start reserves both; what
#   this generation has reserved counts as available.
# custom:
#   code: quota.exhausted
#   actions: [start]
#   after: plan.required
#   message:
#     en: "Your plan's quota is spent or reserved."
#     ko: "요금제 한도를 모두 썼거나 예약했습니다."
#   remedy:
#     en: "Wait for the next period, or take out a larger plan."
#     ko: "다음 기간까지 기다리거나 더 큰 요금제에 가입하세요."
#   disclosed_as: quota.exhausted
met contains "quota.exhausted" if not_needed("plans")

met contains "quota.exhausted" if {
	input.switches.plans == true
	plan := input.requester.plan
	consent.within(plan.used_by_others + 1, plan.uses)
	consent.within(plan.used_ms_by_others + input.generation.duration_ms, plan.duration_ms)
}
