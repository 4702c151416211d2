package cameo.requirements.bundle_test

import data.cameo.requirements
import data.cameo.testing

in_force := {"sha256": testing.bundle_sha256}

test_permitted if requirements.met["bundle.superseded"] with input as testing.start with data.cameo_bundle as in_force

test_refused if not requirements.met["bundle.superseded"] with input as testing.start with data.cameo_bundle as {"sha256": "other"}

test_fact_missing if not requirements.met["bundle.superseded"] with input as testing.without(testing.start, "/bundle") with data.cameo_bundle as in_force

test_fact_missing_inside if not requirements.met["bundle.superseded"] with input as testing.start with data.cameo_bundle as {}
