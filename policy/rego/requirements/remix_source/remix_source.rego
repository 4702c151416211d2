package cameo.requirements

# METADATA
# title: The film that is remixed is out, and all its subjects are asked
# description: >-
#   A film that was taken down or that a subject removed is made into no other. Nobody in it is left out
#   of the new one, and so out of being asked.
# custom:
#   code: remix.source_gone
#   actions: [start, draft, release]
#   message:
#     en: "The film to be remixed is not available, or not all its cameos were asked for."
#     ko: "리믹스할 영상을 사용할 수 없거나 그 영상의 카메오가 모두 요청되지 않았습니다."
#   remedy:
#     en: "Choose a film that is out, and ask for every cameo in it."
#     ko: "공개 중인 영상을 고르고 그 영상의 카메오를 모두 요청하세요."
#   disclosed_as: remix.source_gone
met contains "remix.source_gone" if input.generation.remix == null

met contains "remix.source_gone" if {
	input.generation.remix.out == true
	input.generation.remix.removed == false
	asked := {cameo.cameo | some cameo in input.cameos}
	every source in input.generation.remix.cameos {
		source in asked
	}
}
