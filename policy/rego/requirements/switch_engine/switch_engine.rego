package cameo.requirements

# METADATA
# title: The engine is switched on
# description: >-
#   Each engine has an operator's switch of its own, which must have been switched on.
# custom:
#   code: switch.engine
#   actions: [start, draft, release]
#   message:
#     en: "This engine is switched off."
#     ko: "이 엔진은 꺼져 있습니다."
#   remedy:
#     en: "Choose another engine, or wait until the operator switches it on."
#     ko: "다른 엔진을 고르거나 운영자가 켤 때까지 기다리세요."
#   disclosed_as: switch.engine
met contains "switch.engine" if input.switches[sprintf("engine/%s", [input.engine.name])] == true
