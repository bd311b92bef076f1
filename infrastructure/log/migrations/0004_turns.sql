-- What only one process does at a time for this jurisdiction: whoever does it holds a lock on its row, and nobody
-- updates it. A process that dies lets go of it.

CREATE TABLE {schema}.turns (
    turn text PRIMARY KEY
);

INSERT INTO {schema}.turns VALUES ('clock');
