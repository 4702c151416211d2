package cameo.requirements

# METADATA
# title: Nothing in the plan is blocked for everybody
# description: >-
#   The operator's hard blocks hold whoever asks and whoever consents.
# custom:
#   code: content.blocked
#   actions: [start, draft, release]
#   after: verdict.missing
#   message:
#     en: "The request contains what is never rendered here."
#     ko: "이곳에서 결코 렌더링하지 않는 내용이 포함되어 있습니다."
#   remedy:
#     en: "Change the prompt."
#     ko: "프롬프트를 바꾸세요."
#   disclosed_as: content.blocked
met contains "content.blocked" if {
	is_array(input.generation.verdict.hard_blocks)
	count(input.generation.verdict.hard_blocks) == 0
}
