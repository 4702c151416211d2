package cameo.requirements.assurance_test

import data.cameo.requirements.assurance as requirement
import data.cameo.testing

test_permitted if requirement.met with input as testing.start

test_permitted_own if requirement.met with input as testing.having(testing.start, {"/cameos/0/assurance": "sandbox", "/cameos/0/owner": "account-b"})

test_permitted_switched_on if requirement.met with input as testing.having(testing.start, {"/cameos/0/assurance": "sandbox", "/switches/sandbox_use": true})

test_refused if not requirement.met with input as testing.having(testing.start, {"/cameos/0/assurance": "sandbox"})

test_fact_missing if not requirement.met with input as testing.without(testing.start, "/cameos/0/assurance")

test_fact_missing_switch if not requirement.met with input as testing.without(testing.having(testing.start, {"/cameos/0/assurance": "sandbox"}), "/switches/sandbox_use")
