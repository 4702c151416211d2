package cameo.requirements

import data.cameo.consent

# METADATA
# title: Nobody stopped it since it was started
# description: >-
#   A revocation or withdrawal with `stop` or `take_down` after the start refuses what is unreleased,
#   also where consent was given again.
# custom:
#   code: consent.stopped
#   actions: [draft, release]
#   after: generation.unstarted
#   message:
#     en: "An owner has withdrawn consent and stopped what was running."
#     ko: "소유자가 동의를 철회하고 진행 중인 작업을 중지했습니다."
#   remedy:
#     en: "Ask the owner for a new grant, then start again."
#     ko: "소유자에게 새로 허락을 받은 뒤 다시 시작하세요."
#   disclosed_as: consent.stopped
met contains "consent.stopped" if {
	is_array(input.generation.started.uses)
	every cameo in input.cameos {
		cameo.revoked.stop <= cameo.started_revision
		cameo.revoked.take_down <= cameo.started_revision
	}
	every use in input.generation.started.uses {
		consent.undisturbed(use, {"stop", "take_down"})
	}
}
