package cameo.requirements.app_standing_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["app.suspended"] with input as testing.start

test_permitted_app if requirements.met["app.suspended"] with input as testing.having(testing.start, {"/app": {"app": "app-1", "standing": "good"}})

test_refused if not requirements.met["app.suspended"] with input as testing.having(testing.start, {"/app": {"app": "app-1", "standing": "suspended"}})

test_fact_missing if not requirements.met["app.suspended"] with input as testing.without(testing.start, "/app")

test_fact_missing_standing if not requirements.met["app.suspended"] with input as testing.having(testing.start, {"/app": {"app": "app-1"}})
