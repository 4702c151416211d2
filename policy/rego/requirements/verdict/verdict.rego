package cameo.requirements

# METADATA
# title: The plan was judged for what stands now
# description: >-
#   The judge's verdict is for this very plan and, for each cameo, for the restrictions as they stand.
#   Any other verdict is none.
# custom:
#   code: verdict.missing
#   actions: [start, draft, release]
#   message:
#     en: "The request has not been judged yet for the owners' present rules."
#     ko: "소유자의 현재 규칙에 따른 심사가 아직 끝나지 않았습니다."
#   remedy:
#     en: "Wait until it is judged."
#     ko: "심사가 끝날 때까지 기다리세요."
#   disclosed_as: verdict.missing
met contains "verdict.missing" if {
	input.generation.verdict.plan_digest == input.generation.plan_digest
	every cameo in input.cameos {
		some verdict in input.generation.verdict.verdicts
		verdict.cameo == cameo.cameo
		verdict.restrictions_revision == cameo.restrictions_revision
	}
}
