package cameo.requirements

# METADATA
# title: Rendering is switched on
# description: >-
#   The operator's switch for all rendering. It must have been switched on: an installation without it
#   renders nothing.
# custom:
#   code: switch.render
#   actions: [start, draft, release]
#   message:
#     en: "Rendering is switched off."
#     ko: "렌더링이 꺼져 있습니다."
#   remedy:
#     en: "Wait until the operator switches rendering on."
#     ko: "운영자가 렌더링을 켤 때까지 기다리세요."
#   disclosed_as: switch.render
met contains "switch.render" if input.switches.render == true
