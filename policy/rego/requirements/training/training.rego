package cameo.requirements

# METADATA
# title: Training is named
# description: >-
#   Training a model on a likeness needs the purpose training to be named by its owner, also where the
#   owner asks.
# custom:
#   code: purpose.training
#   actions: [start, draft, release]
#   message:
#     en: "Training was not permitted by name."
#     ko: "학습 목적이 명시적으로 허락되지 않았습니다."
#   remedy:
#     en: "Name the purpose training in the cameo's audience."
#     ko: "카메오의 공개 범위에 training 목적을 명시하세요."
#   disclosed_as: purpose.training
met contains "purpose.training" if input.purpose in {"personal", "parody", "advertising", "political", "education"}

met contains "purpose.training" if {
	input.purpose == "training"
	every cameo in input.cameos {
		named(cameo)
	}
}

# Everybody else needs a way that names it: consent.required and purpose.not_permitted see to that.
named(cameo) if cameo.owner != input.requester.account

named(cameo) if {
	some rule in cameo.audiences
	"training" in rule.purposes
}
