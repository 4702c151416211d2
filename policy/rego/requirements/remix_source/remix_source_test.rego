package cameo.requirements.remix_source_test

import data.cameo.requirements
import data.cameo.testing

remix := testing.having(testing.start, {"/generation/remix": testing.remix})

test_permitted if requirements.met["remix.source_gone"] with input as remix

test_permitted_no_remix if requirements.met["remix.source_gone"] with input as testing.start

test_permitted_with_one_more if requirements.met["remix.source_gone"] with input as testing.having(remix, {"/cameos/1": object.union(testing.cameo, {"cameo": "cameo-c"})})

test_refused_not_out if not requirements.met["remix.source_gone"] with input as testing.having(remix, {"/generation/remix/out": false})

test_refused_removed if not requirements.met["remix.source_gone"] with input as testing.having(remix, {"/generation/remix/removed": true})

test_refused_a_subject_left_out if not requirements.met["remix.source_gone"] with input as testing.having(remix, {"/generation/remix/cameos": ["cameo-a", "cameo-c"]})

test_fact_missing if not requirements.met["remix.source_gone"] with input as testing.without(testing.start, "/generation/remix")

test_fact_missing_source if not requirements.met["remix.source_gone"] with input as testing.having(testing.start, {"/generation/remix": {"generation": "generation-0"}})

test_fact_missing_subjects if not requirements.met["remix.source_gone"] with input as testing.without(remix, "/generation/remix/cameos")
