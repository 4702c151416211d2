package cameo.requirements

# METADATA
# title: The requester is not suspended
# description: >-
#   An account that the operator suspended renders nothing and gets nothing released.
# custom:
#   code: requester.suspended
#   actions: [start, draft, release]
#   message:
#     en: "Your account is suspended."
#     ko: "계정이 정지되었습니다."
#   remedy:
#     en: "Contact the operator."
#     ko: "운영자에게 문의하세요."
#   disclosed_as: requester.suspended
met contains "requester.suspended" if input.requester.standing in {"good", "limited"}
