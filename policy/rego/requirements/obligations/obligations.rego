package cameo.requirements

# METADATA
# title: The engine keeps what owners always want
# description: >-
#   A preference that is not optional is an obligation. An engine that cannot keep it may not render.
# custom:
#   code: obligation.unsupported
#   actions: [start, draft, release]
#   message:
#     en: "The engine cannot keep what an owner requires."
#     ko: "엔진이 소유자의 필수 조건을 지킬 수 없습니다."
#   remedy:
#     en: "Choose another engine."
#     ko: "다른 엔진을 고르세요."
#   disclosed_as: obligation.unsupported
met contains "obligation.unsupported" if {
	is_array(input.engine.honours)
	every cameo in input.cameos {
		every preference in cameo.preferences {
			kept(preference)
		}
	}
}

kept(preference) if preference.optional == true

kept(preference) if preference.obligation in input.engine.honours
