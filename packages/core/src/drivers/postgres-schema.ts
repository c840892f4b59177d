/**
 * The tables and the function of a driver, to be run once; the driver does it at first use where it may. Runs again without harm.
 *
 * The counter is a row, not a sequence: its lock is held from the number to the end of the transaction, so commits become
 * visible in the order of their numbers, and one that is rolled back leaves no gap. A sequence promises neither.
 * Each statement of the function sees what was committed before the lock was had, because a plpgsql function that is
 * VOLATILE takes a new snapshot for each. So checks are exact under READ COMMITTED, and a stricter isolation fails loudly.
 *
 * A log begins at the microseconds since 1970: one that was lost and began anew is ahead of whatever the old one has reached,
 * so no old sequence or version means anything in it.
 */
export function postgresSchema(table = 'holdfast'): string {
  return `
SELECT pg_advisory_xact_lock(hashtext('${table}'));
CREATE TABLE IF NOT EXISTS ${table} (key text COLLATE "C" PRIMARY KEY, value text NOT NULL, version bigint NOT NULL, expires bigint);
CREATE INDEX IF NOT EXISTS ${table}_expires ON ${table} (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS ${table}_head (sequence bigint NOT NULL);
CREATE TABLE IF NOT EXISTS ${table}_log (sequence bigint PRIMARY KEY, keys text[] NOT NULL);
CREATE TABLE IF NOT EXISTS ${table}_batches (sequence bigint, place int, key text NOT NULL, value text NOT NULL, PRIMARY KEY (sequence, place));
INSERT INTO ${table}_head SELECT floor(extract(epoch FROM clock_timestamp()) * 1e6)::bigint WHERE NOT EXISTS (SELECT FROM ${table}_head);
CREATE OR REPLACE FUNCTION ${table}_commit(
  types text[], keys text[], texts text[], numbers bigint[],
  check_keys text[], check_versions bigint[], untouched text[], after_sequence bigint
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $commit$
DECLARE
  number bigint;
  written text[] := ARRAY(SELECT DISTINCT unnest(keys));
BEGIN
  SELECT sequence + 1 INTO STRICT number FROM ${table}_head FOR UPDATE;
  IF cardinality(check_keys) > 0 AND EXISTS (
    SELECT FROM unnest(check_keys, check_versions) AS wanted(key, version) LEFT JOIN ${table} AS found ON found.key = wanted.key
    WHERE found.version IS DISTINCT FROM wanted.version
  ) THEN RETURN NULL; END IF;
  IF after_sequence IS NOT NULL AND (
    (SELECT count(*) FROM ${table}_log WHERE sequence > after_sequence) <> number - 1 - after_sequence
    OR EXISTS (SELECT FROM ${table}_log AS log WHERE log.sequence > after_sequence AND log.keys && untouched)
  ) THEN RETURN NULL; END IF;
  UPDATE ${table}_head SET sequence = number;
  INSERT INTO ${table}_log VALUES (number, written);
  INSERT INTO ${table} AS old SELECT key, value, number, expires FROM unnest(types, keys, texts, numbers) AS o(type, key, value, expires) WHERE type = 'set'
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version, expires = excluded.expires;
  -- Most commits have none of these, and a join costs more than the question.
  IF 'delete' = ANY (types) THEN
    DELETE FROM ${table} AS old USING unnest(types, keys) AS o(type, key) WHERE type = 'delete' AND old.key = o.key;
  END IF;
  IF 'append' = ANY (types) THEN
    INSERT INTO ${table}_batches SELECT number, place, key, value FROM unnest(types, keys, texts) WITH ORDINALITY AS o(type, key, value, place) WHERE type = 'append';
  END IF;
  IF 'trim' = ANY (types) THEN
    DELETE FROM ${table}_batches AS old USING unnest(types, keys, numbers) AS o(type, key, upto) WHERE type = 'trim' AND old.key = o.key AND old.sequence <= upto;
  END IF;
  IF number % 256 = 0 THEN
    DELETE FROM ${table}_log WHERE sequence <= number - 512;
    DELETE FROM ${table} WHERE expires < extract(epoch FROM clock_timestamp()) * 1000;
  END IF;
  PERFORM pg_notify('${table}', CASE WHEN octet_length(written::text) < 7000 THEN json_build_array(number, written) ELSE json_build_array(number) END::text);
  RETURN number;
END $commit$;`;
}
