package cameo.requirements

import data.cameo.consent

# METADATA
# title: Enough length is left
# description: >-
#   A grant may be good for a length of film in all. What this film is asked to last must still fit; what
#   this generation has reserved counts as available.
# custom:
#   code: minutes.exhausted
#   actions: [start, draft, release]
#   message:
#     en: "What is left of the permitted length is too short for this film."
#     ko: "허락된 영상 길이가 이 영상을 만들기에 부족합니다."
#   remedy:
#     en: "Ask for a shorter film, or ask the owner for a new grant."
#     ko: "더 짧은 영상을 요청하거나 소유자에게 새 허락을 요청하세요."
#   disclosed_as: minutes.exhausted
met contains "minutes.exhausted" if {
	is_array(input.cameos)
	count(consent.stuck) == 0
}

# What halted earlier is told by the requirement of that stage. Here nothing is met by default: this is the last one.
met contains "minutes.exhausted" if {
	count(consent.halted) > 0
	not "minutes" in consent.halted
}
