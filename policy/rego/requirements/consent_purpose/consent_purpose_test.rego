package cameo.requirements.consent_purpose_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["purpose.not_permitted"] with input as testing.start

test_permitted_own if requirements.met["purpose.not_permitted"] with input as testing.having(testing.start, {"/cameos/0/grants": [], "/cameos/0/owner": "account-b"})

test_permitted_nothing_given if requirements.met["purpose.not_permitted"] with input as testing.having(testing.start, {"/cameos/0/grants": []})

test_refused if not requirements.met["purpose.not_permitted"] with input as testing.having(testing.start, {"/purpose": "advertising"})

test_fact_missing_purposes if not requirements.met["purpose.not_permitted"] with input as testing.without(testing.start, "/cameos/0/grants/0/purposes")

test_fact_missing_purpose if not requirements.met["purpose.not_permitted"] with input as testing.without(testing.start, "/purpose")

test_fact_missing_cameos if not requirements.met["purpose.not_permitted"] with input as testing.without(testing.start, "/cameos")
