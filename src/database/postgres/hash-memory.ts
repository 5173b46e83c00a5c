import type pg from 'pg'

/** What a planner reckons for a key of a hashed set, a GUID as text included. */
const bytesPerRow = 64

/**
 * Lets a set of keys be hashed that is as large as all tables of the schema together. Whether a row
 * is among the keys of another table is asked for all rows at once; where the planner believes that the
 * set does not fit into `work_mem` times `hash_mem_multiplier`, it goes through the whole set for
 * each row instead, and an upgrade of ten million contacts would take weeks. Called again where
 * `work_mem` has changed. A server needs as much memory as the set that is hashed really takes: about
 * 100 bytes for each account, or each document.
 */
export async function allowHashedSets(client: pg.Client, schema: string): Promise<void> {
  await client.query(
    `SELECT set_config('hash_mem_multiplier', CAST(least(1000, greatest(own, ceil(needed / work_mem))) AS text), false)
      FROM (SELECT coalesce(sum(CASE WHEN c.reltuples < 0 THEN pg_relation_size(c.oid) / 2.0 ELSE c.reltuples * ${bytesPerRow} END), 0) AS needed
        FROM pg_catalog.pg_class AS c WHERE c.relnamespace = to_regnamespace(quote_ident($1)) AND c.relkind = 'r') AS size,
      (SELECT pg_size_bytes(current_setting('work_mem')) AS work_mem, CAST(reset_val AS double precision) AS own
        FROM pg_catalog.pg_settings WHERE name = 'hash_mem_multiplier') AS setting`,
    [schema],
  )
}
