package cameo.requirements.consent_app_test

import data.cameo.requirements
import data.cameo.testing

by_app := testing.having(testing.start, {"/cameos/0/grants": [], "/cameos/0/audiences": [object.union(testing.everyone, {"apps": ["app-1"]})], "/app": {"app": "app-1", "standing": "good"}})

test_permitted if requirements.met["app.not_permitted"] with input as by_app

test_permitted_by_a_grant if requirements.met["app.not_permitted"] with input as testing.having(by_app, {"/app": null, "/cameos/0/grants": [testing.grant]})

test_permitted_nothing_given if requirements.met["app.not_permitted"] with input as testing.having(testing.start, {"/cameos/0/grants": []})

test_refused_another if not requirements.met["app.not_permitted"] with input as testing.having(by_app, {"/app/app": "app-2"})

test_refused_none if not requirements.met["app.not_permitted"] with input as testing.having(by_app, {"/app": null})

test_fact_missing_app if not requirements.met["app.not_permitted"] with input as testing.without(by_app, "/app")

test_fact_missing_apps if not requirements.met["app.not_permitted"] with input as testing.without(by_app, "/cameos/0/audiences/0/apps")

test_fact_missing_cameos if not requirements.met["app.not_permitted"] with input as testing.without(testing.start, "/cameos")
