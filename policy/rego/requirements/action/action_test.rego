package cameo.requirements.action_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["action.unknown"] with input as testing.start

test_permitted_release if requirements.met["action.unknown"] with input as testing.release

test_permitted_draft if requirements.met["action.unknown"] with input as testing.draft

test_permitted_serve if requirements.met["action.unknown"] with input as testing.serve

test_refused if not requirements.met["action.unknown"] with input as testing.having(testing.start, {"/action": "sell"})

test_fact_missing if not requirements.met["action.unknown"] with input as testing.without(testing.start, "/action")
