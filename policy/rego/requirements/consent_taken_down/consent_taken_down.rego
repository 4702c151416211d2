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
package cameo.requirements.consent_taken_down

met if {
	is_array(input.generation.started.uses)
	every cameo in input.cameos {
		every strength in {"take_down"} {
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
	count(object.keys(grant.withdrawn) & {"take_down"}) == 0
	every strength in {"take_down"} {
		grant.revoked[strength] <= cameo.started_revision
	}
}

# The requester's own quota: nobody's consent.
kept(use) if startswith(use.cameo, "account-")
