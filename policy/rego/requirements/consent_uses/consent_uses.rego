package cameo.requirements

import data.cameo.consent

# METADATA
# title: A use is left
# description: >-
#   A grant may be good for a number of uses. This generation's own reservation counts as available.
# custom:
#   code: uses.exhausted
#   actions: [start, draft, release]
#   message:
#     en: "All permitted uses are spent or reserved."
#     ko: "허락된 사용 횟수를 모두 썼거나 예약했습니다."
#   remedy:
#     en: "Wait for a reserved use to return, or ask the owner for a new grant."
#     ko: "예약된 사용이 돌아올 때까지 기다리거나 새 허락을 요청하세요."
#   disclosed_as: uses.exhausted
met contains "uses.exhausted" if {
	is_array(input.cameos)
	not "uses" in consent.halted
}
