package cameo.requirements.assurance_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["assurance.sandbox"] with input as testing.start

test_permitted_own if requirements.met["assurance.sandbox"] with input as testing.having(testing.start, {"/cameos/0/assurance": "sandbox", "/cameos/0/owner": "account-b"})

test_permitted_switched_on if requirements.met["assurance.sandbox"] with input as testing.having(testing.start, {"/cameos/0/assurance": "sandbox", "/switches/sandbox_use": true})

test_refused if not requirements.met["assurance.sandbox"] with input as testing.having(testing.start, {"/cameos/0/assurance": "sandbox"})

test_fact_missing if not requirements.met["assurance.sandbox"] with input as testing.without(testing.start, "/cameos/0/assurance")

test_fact_missing_switch if not requirements.met["assurance.sandbox"] with input as testing.without(testing.having(testing.start, {"/cameos/0/assurance": "sandbox"}), "/switches/sandbox_use")
