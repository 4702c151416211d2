package cameo.requirements

# METADATA
# title: The generation was started with every cameo
# description: >-
#   What is released or served was started on record, holding every one of its cameos.
# custom:
#   code: generation.unstarted
#   actions: [draft, release, serve]
#   message:
#     en: "The generation was never started with these cameos."
#     ko: "이 카메오들로 시작된 생성 기록이 없습니다."
#   remedy:
#     en: "Start it again."
#     ko: "다시 시작하세요."
#   disclosed_as: generation.unstarted
met contains "generation.unstarted" if {
	is_number(input.generation.started.attempt)
	every cameo in input.cameos {
		is_number(cameo.started_revision)
	}
}
