package cameo.requirements.requester_minor_test

import data.cameo.requirements.requester_minor as requirement
import data.cameo.testing

test_permitted if requirement.met with input as testing.start

test_permitted_minor if requirement.met with input as testing.having(testing.start, {"/requester/minor": true})

test_refused if not requirement.met with input as testing.having(testing.start, {"/requester/minor": true, "/purpose": "political"})

test_fact_missing if not requirement.met with input as testing.without(testing.start, "/requester/minor")

test_fact_missing_purpose if not requirement.met with input as testing.without(testing.having(testing.start, {"/requester/minor": true}), "/purpose")
