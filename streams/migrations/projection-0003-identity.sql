-- depends: projection-0002-said
-- What a cameo rests on and until when the person should be seen again; how an enrolment was made. Rebuilt at will.

ALTER TABLE projection.cameos ADD COLUMN level text, ADD COLUMN refresh_by_us bigint;
ALTER TABLE projection.enrolments ADD COLUMN way text, ADD COLUMN purpose text, ADD COLUMN subject text, ADD COLUMN level text;
UPDATE projection.cameos SET level = 'upload' WHERE status = 'active';           -- as the events of version 1 read
UPDATE projection.enrolments SET way = 'upload', purpose = 'enrol', subject = 'person', level = 'upload';
