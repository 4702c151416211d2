package cameo.requirements.invitation_test

import data.cameo.requirements
import data.cameo.testing

invited := testing.having(testing.start, {"/switches/invitations": true, "/requester/invited": true})

test_permitted if requirements.met["invitation.required"] with input as invited

test_permitted_never_switched_on if requirements.met["invitation.required"] with input as testing.start

test_permitted_switched_off if requirements.met["invitation.required"] with input as testing.having(testing.start, {"/switches/invitations": false})

test_refused if not requirements.met["invitation.required"] with input as testing.having(invited, {"/requester/invited": false})

test_fact_missing if not requirements.met["invitation.required"] with input as testing.without(invited, "/requester/invited")

test_fact_missing_switches if not requirements.met["invitation.required"] with input as testing.without(testing.start, "/switches")
