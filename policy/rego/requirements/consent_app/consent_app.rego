package cameo.requirements

import data.cameo.consent

# METADATA
# title: What was given is open to the app
# description: >-
#   A rule of an audience may name the apps through which it lets people in.
# custom:
#   code: app.not_permitted
#   actions: [start, draft, release]
#   message:
#     en: "The owner has not permitted this through the app that asks."
#     ko: "소유자가 요청한 앱을 통한 사용을 허락하지 않았습니다."
#   remedy:
#     en: "Ask through an app that the owner permits, or ask the owner for a grant."
#     ko: "소유자가 허락한 앱으로 요청하거나 소유자에게 허락을 요청하세요."
#   disclosed_as: app.not_permitted
met contains "app.not_permitted" if {
	is_array(input.cameos)
	not "app" in consent.halted
}
