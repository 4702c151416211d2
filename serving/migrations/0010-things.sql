-- depends: 0009-recoveries
-- Which thing of somebody's bears which name. The name is a digest, keyed with a secret of the API's; the thing's id is drawn, so that nothing
-- in the record tells the name. The row goes when its account is erased.
CREATE TABLE access.things (
    account  text COLLATE "C" NOT NULL,
    name     bytea NOT NULL,
    thing    text COLLATE "C" NOT NULL UNIQUE,
    PRIMARY KEY (account, name)
);
GRANT SELECT, INSERT, DELETE, MAINTAIN ON access.things TO api;
