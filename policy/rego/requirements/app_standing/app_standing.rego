package cameo.requirements

# METADATA
# title: The app is in good standing
# description: >-
#   A request that came through an app needs that app's record. A request without an app says so.
# custom:
#   code: app.suspended
#   actions: [start, draft, release]
#   message:
#     en: "The app may not act here."
#     ko: "이 앱은 사용할 수 없습니다."
#   remedy:
#     en: "Use another app, or ask the app's owner to contact the operator."
#     ko: "다른 앱을 사용하거나 앱 소유자가 운영자에게 문의하도록 하세요."
#   disclosed_as: app.suspended
met contains "app.suspended" if input.app == null

met contains "app.suspended" if input.app.standing == "good"
