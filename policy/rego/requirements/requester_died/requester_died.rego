package cameo.requirements

# METADATA
# title: The requester is alive
# description: >-
#   The account of somebody who died asks for nothing. What an executor may do for them is
#   written down, and asking is none of it.
# custom:
#   code: requester.died
#   actions: [start, draft, release]
#   message:
#     en: "This account belongs to somebody who has died."
#     ko: "고인의 계정입니다."
#   remedy:
#     en: "None."
#     ko: "없음."
#   disclosed_as: requester.died
met contains "requester.died" if input.requester.died == false
