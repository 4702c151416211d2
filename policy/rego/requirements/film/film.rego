package cameo.requirements

# METADATA
# title: The film is one that was released or offered as a draft
# description: >-
#   Only bytes that this generation released, or offered to its subjects as a draft, are served. Who may
#   see which is decided where they are served.
# custom:
#   code: film.unreleased
#   actions: [serve]
#   message:
#     en: "This film was not released."
#     ko: "공개되지 않은 영상입니다."
#   remedy:
#     en: "Wait until it is released."
#     ko: "공개될 때까지 기다리세요."
#   disclosed_as: film.unreleased
met contains "film.unreleased" if input.generation.film_sha256 == input.generation.released.film_sha256

met contains "film.unreleased" if input.generation.film_sha256 == input.generation.draft.film_sha256
