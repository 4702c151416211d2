package cameo.requirements

# METADATA
# title: Nothing in the plan is against an owner's rules
# description: >-
#   The judge found the plan allowed under each owner's rules, or was uncertain, which a person then
#   reviews before release.
# custom:
#   code: content.restricted
#   actions: [start, draft, release]
#   after: verdict.missing
#   message:
#     en: "The request goes against a rule of an owner."
#     ko: "소유자의 규칙에 어긋나는 요청입니다."
#   remedy:
#     en: "Change the prompt."
#     ko: "프롬프트를 바꾸세요."
#   disclosed_as: content.restricted
met contains "content.restricted" if {
	every verdict in input.generation.verdict.verdicts {
		verdict.finding in {"allowed", "uncertain"}
	}
}
