package cameo.requirements

# METADATA
# title: The film was not taken down
# description: >-
#   A film that was taken down is not served again.
# custom:
#   code: generation.taken_down
#   actions: [serve]
#   message:
#     en: "This film was taken down."
#     ko: "내려진 영상입니다."
#   remedy:
#     en: "None: it stays down."
#     ko: "없음: 다시 공개되지 않습니다."
#   disclosed_as: generation.taken_down
met contains "generation.taken_down" if input.generation.taken_down == false
