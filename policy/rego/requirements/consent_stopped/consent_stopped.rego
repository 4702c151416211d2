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
package cameo.requirements.consent_stopped

met if {
	is_array(input.generation.started.uses)
	every cameo in input.cameos {
		every strength in {"stop", "take_down"} {
			cameo.revoked[strength] <= cameo.started_revision
		}
	}
	every use in input.generation.started.uses {
		kept(use)
	}
}

# The grant that it was begun under is there and was not withdrawn that far.
kept(use) if {
	some cameo in input.cameos
	cameo.cameo == use.cameo
	some grant in cameo.grants
	grant.grant == use.grant
	count(object.keys(grant.withdrawn) & {"stop", "take_down"}) == 0
	every strength in {"stop", "take_down"} {
		grant.revoked[strength] <= cameo.started_revision
	}
}

# The requester's own quota: nobody's consent.
kept(use) if startswith(use.cameo, "account-")
