package cameo.requirements

import data.cameo.consent

# METADATA
# title: Nobody took it down since it was started
# description: >-
#   A revocation or withdrawal with `take_down` after the start takes back what is out.
# custom:
#   code: consent.taken_down
#   actions: [serve]
#   after: generation.unstarted
#   message:
#     en: "An owner has taken this film back."
#     ko: "소유자가 이 영상을 회수했습니다."
#   remedy:
#     en: "None: the owner's decision stands."
#     ko: "없음: 소유자의 결정이 유지됩니다."
#   disclosed_as: consent.taken_down
met contains "consent.taken_down" if {
	is_array(input.generation.started.uses)
	every cameo in input.cameos {
		cameo.revoked.take_down <= cameo.started_revision
	}
	every use in input.generation.started.uses {
		consent.undisturbed(use, {"take_down"})
	}
}
