-- The transparency log over the events. {schema} is the jurisdiction's schema as a quoted identifier.
--
-- Nothing here is ever updated. A tile that is not full yet is no row: at level 0 the checkpoints hold the leaves it
-- has, above it the roots of the full tiles below do.

CREATE TABLE {schema}.sequencer (
    one boolean PRIMARY KEY DEFAULT true CHECK (one)
);

COMMENT ON TABLE {schema}.sequencer IS 'One row that whoever extends the tree locks and nobody updates';

INSERT INTO {schema}.sequencer DEFAULT VALUES;

CREATE TABLE {schema}.tiles (
    level smallint NOT NULL CHECK (level >= 0),
    number bigint NOT NULL CHECK (number >= 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    sixteens bytea NOT NULL CHECK (octet_length(sixteens) = 512),
    hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
    PRIMARY KEY (level, number)
);

COMMENT ON COLUMN {schema}.tiles.hashes IS '256 hashes: of leaves at level 0, above it the roots of the tiles below';

COMMENT ON COLUMN {schema}.tiles.sixteens IS 'The roots over each 16 of the hashes';

-- Hashes can't be compressed, and a proof reads 16 of them.
ALTER TABLE {schema}.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE {schema}.checkpoints (
    size bigint PRIMARY KEY CHECK (size > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    note text NOT NULL,
    subtrees bytea NOT NULL CHECK (octet_length(subtrees) % 32 = 0),
    leaves bytea NOT NULL CHECK (octet_length(leaves) % 32 = 0)
);

COMMENT ON COLUMN {schema}.checkpoints.subtrees IS 'The roots of the complete subtrees the tree is made of, the largest first';
COMMENT ON COLUMN {schema}.checkpoints.leaves IS 'Those it added to the last tile, where that is not full yet';

CREATE TABLE {schema}.cosignatures (
    size bigint NOT NULL,
    witness uuid NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (size, witness)
);

COMMENT ON COLUMN {schema}.cosignatures.witness IS 'The stream that says which key it has';
COMMENT ON COLUMN {schema}.cosignatures.line IS 'The signature line under the note of that checkpoint';

CREATE TRIGGER sequencer_never_changed BEFORE UPDATE OR DELETE ON {schema}.sequencer
    FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_change();
CREATE TRIGGER sequencer_kept BEFORE TRUNCATE ON {schema}.sequencer
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
CREATE TRIGGER tiles_never_changed BEFORE UPDATE OR DELETE ON {schema}.tiles
    FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_change();
CREATE TRIGGER tiles_kept BEFORE TRUNCATE ON {schema}.tiles
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
CREATE TRIGGER checkpoints_never_changed BEFORE UPDATE OR DELETE ON {schema}.checkpoints
    FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_change();
CREATE TRIGGER checkpoints_kept BEFORE TRUNCATE ON {schema}.checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
CREATE TRIGGER cosignatures_never_changed BEFORE UPDATE OR DELETE ON {schema}.cosignatures
    FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_change();
CREATE TRIGGER cosignatures_kept BEFORE TRUNCATE ON {schema}.cosignatures
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();

-- ALWAYS: session_replication_role must not switch them off.
ALTER TABLE {schema}.sequencer ENABLE ALWAYS TRIGGER sequencer_never_changed;
ALTER TABLE {schema}.sequencer ENABLE ALWAYS TRIGGER sequencer_kept;
ALTER TABLE {schema}.tiles ENABLE ALWAYS TRIGGER tiles_never_changed;
ALTER TABLE {schema}.tiles ENABLE ALWAYS TRIGGER tiles_kept;
ALTER TABLE {schema}.checkpoints ENABLE ALWAYS TRIGGER checkpoints_never_changed;
ALTER TABLE {schema}.checkpoints ENABLE ALWAYS TRIGGER checkpoints_kept;
ALTER TABLE {schema}.cosignatures ENABLE ALWAYS TRIGGER cosignatures_never_changed;
ALTER TABLE {schema}.cosignatures ENABLE ALWAYS TRIGGER cosignatures_kept;
