package cameo.requirements.action_test

import data.cameo.requirements.action as requirement
import data.cameo.testing

test_permitted if requirement.met with input as testing.start

test_permitted_release if requirement.met with input as testing.release

test_permitted_draft if requirement.met with input as testing.draft

test_permitted_serve if requirement.met with input as testing.serve

test_refused if not requirement.met with input as testing.having(testing.start, {"/action": "sell"})

test_fact_missing if not requirement.met with input as testing.without(testing.start, "/action")
