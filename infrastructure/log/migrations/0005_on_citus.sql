-- What a schema needs to be kept as well on a node of Citus. {schema} is the jurisdiction's schema as a quoted identifier.
--
-- There the rows lie in tables of the node, which have names of their own and get no trigger that fires once a
-- statement. So changes are refused row by row, and by no name of a table; TRUNCATE alone as before.

CREATE OR REPLACE FUNCTION {schema}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $refuse_change$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_ARGV[0] = 'unless emptied' THEN
        IF NEW.private IS NULL THEN
            OLD.private := NULL;
        END IF;
        IF NEW.command_id IS NULL AND NEW.command_request IS NULL THEN
            OLD.command_id := NULL;
            OLD.command_request := NULL;
        END IF;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% on %.% is refused: the log is never changed', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$refuse_change$;

DROP TRIGGER events_only_emptied ON {schema}.events;
DROP TRIGGER events_kept ON {schema}.events;
DROP TRIGGER head_kept ON {schema}.head;

CREATE TRIGGER events_only_emptied BEFORE UPDATE OR DELETE ON {schema}.events
    FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_change('unless emptied');

CREATE TRIGGER events_kept BEFORE TRUNCATE ON {schema}.events
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();

CREATE TRIGGER head_never_changed BEFORE UPDATE OR DELETE ON {schema}.head
    FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_change();

CREATE TRIGGER head_kept BEFORE TRUNCATE ON {schema}.head
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();

-- ALWAYS: session_replication_role must not switch them off.
ALTER TABLE {schema}.events ENABLE ALWAYS TRIGGER events_only_emptied;
ALTER TABLE {schema}.events ENABLE ALWAYS TRIGGER events_kept;
ALTER TABLE {schema}.head ENABLE ALWAYS TRIGGER head_never_changed;
ALTER TABLE {schema}.head ENABLE ALWAYS TRIGGER head_kept;

-- Citus can't plan the insertion once for all arrays: on it PostgreSQL chooses. What makes the function anew repeats this.
DO $citus$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
        ALTER FUNCTION {schema}.append SET plan_cache_mode = auto;
    END IF;
END;
$citus$;
