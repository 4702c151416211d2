package cameo.requirements.consent_paused_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["consent.paused"] with input as testing.start

test_permitted_release if requirements.met["consent.paused"] with input as testing.release

test_refused if not requirements.met["consent.paused"] with input as testing.having(testing.start, {"/cameos/0/paused": true})

test_refused_own if not requirements.met["consent.paused"] with input as testing.having(testing.start, {"/cameos/0/paused": true, "/cameos/0/owner": "account-b"})

test_refused_one_of_two if not requirements.met["consent.paused"] with input as testing.having(testing.start, {"/cameos/1": object.union(testing.cameo, {"paused": true})})

test_fact_missing if not requirements.met["consent.paused"] with input as testing.without(testing.start, "/cameos/0/paused")

test_fact_missing_cameos if not requirements.met["consent.paused"] with input as testing.without(testing.start, "/cameos")
