package cameo.requirements

# METADATA
# title: The action is known
# description: >-
#   Asked only of an action that no requirement names. It cannot be met, so an unknown action is refused
#   instead of finding nothing to meet.
# custom:
#   code: action.unknown
#   actions: []
#   message:
#     en: "This action is not known."
#     ko: "알 수 없는 동작입니다."
#   remedy:
#     en: "Ask for start, draft, release or serve."
#     ko: "start, draft, release, serve 중 하나를 요청하세요."
#   disclosed_as: action.unknown
met contains "action.unknown" if input.action in object.keys(data.table.asked)
