package cameo.requirements.obligations_test

import data.cameo.requirements
import data.cameo.testing

test_permitted if requirements.met["obligation.unsupported"] with input as testing.start

test_permitted_optional if requirements.met["obligation.unsupported"] with input as testing.having(testing.start, {"/cameos/0/preferences": [{"obligation": "gold_necklace", "optional": true}]})

test_permitted_honoured if requirements.met["obligation.unsupported"] with input as testing.having(testing.start, {"/cameos/0/preferences": [{"obligation": "gold_necklace", "optional": false}], "/engine/honours": ["gold_necklace"]})

test_refused if not requirements.met["obligation.unsupported"] with input as testing.having(testing.start, {"/cameos/0/preferences": [{"obligation": "gold_necklace", "optional": false}]})

test_fact_missing_preferences if not requirements.met["obligation.unsupported"] with input as testing.without(testing.start, "/cameos/0/preferences")

test_fact_missing_honours if not requirements.met["obligation.unsupported"] with input as testing.without(testing.start, "/engine/honours")
