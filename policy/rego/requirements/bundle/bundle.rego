package cameo.requirements

# METADATA
# title: The bundle in force answers
# description: >-
#   The record says which bundle is in force. An engine that serves another one must not answer.
# custom:
#   code: bundle.superseded
#   actions: [start, draft, release, serve]
#   message:
#     en: "The policy that answered is not the one in force."
#     ko: "응답한 정책이 현재 시행 중인 정책이 아닙니다."
#   remedy:
#     en: "Wait until the policy in force is loaded, then ask again."
#     ko: "시행 중인 정책이 적재된 뒤 다시 요청하세요."
#   disclosed_as: bundle.superseded
met contains "bundle.superseded" if input.bundle.active_sha256 == data.cameo_bundle.sha256
