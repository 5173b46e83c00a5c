import { field } from '../../domain/names.ts'
import { salesTable } from '../../domain/sales.ts'
import { empty, join, literal, raw, sql, textOf, type Sql } from '../../domain/sql.ts'
import { highestOf } from '../../numbering/format.ts'
import type { LiveNumber, SchemaDeed, SchemaObject } from '../dialect.ts'
import { noted } from './noted.ts'
import { numberText } from './number-text.ts'
import type { PostgresDatabase } from './open.ts'
import { sequenceNumber } from './sequence-number.ts'
import { nativeSequence, nextOf } from './sequences.ts'
import { of, plpgsql, trigger } from './trigger.ts'

/** Up to this far ahead a sequence is stepped, which takes some tenths of a second; further it is set. */
const steps = 1_000_000
const stepsAtOnce = 1_000

/** Sequences that go past the numbers that others give, and then past those that are there. */
export function passedNumbers(
  db: PostgresDatabase,
  number: LiveNumber,
): (SchemaObject | SchemaDeed)[] {
  return [
    passNumber(db, number),
    ...numberKeptTrigger(db, number),
    ...numberSetTrigger(db, number),
    passKept(db, number),
  ]
}

/** As whoever gives a number does it, since others may do it at the same time. */
function passKept(db: PostgresDatabase, number: LiveNumber): SchemaDeed {
  const { table, column, format } = number
  const kept = sequenceNumber(format, db.names.column(column))
  const highest = sql`(SELECT max(${kept}) FROM ${db.names.table(table)})`
  const name = passing(number)
  return { name, create: textOf(sql`SELECT ${raw(name)}(${highest})`), drop: null, group: name }
}

const passing = ({ table }: LiveNumber) => `p2c_${table}_pass_number`

/**
 * Steps are safe whatever others do meanwhile. A leap is not: whoever leaps has read where the
 * sequence stands, and sets it back if others have come further than that by then. So only leaps
 * are made that nobody can step in the meantime, and one after the other, under a lock that a
 * sub-transaction takes and gives back by failing; what was set stays set.
 */
function passNumber(db: PostgresDatabase, number: LiveNumber): SchemaObject {
  const { sequence, format } = number
  const native = literal(nativeSequence(sequence))
  return plpgsql(
    db,
    passing(number),
    'given bigint',
    'void',
    sql`BEGIN
  IF given IS NULL OR given > ${integer(highestOf(format))} THEN RETURN; END IF;
  WHILE ${nextOf(sequence)} <= given LOOP
    IF given - ${nextOf(sequence)} < ${integer(steps)} THEN
      PERFORM nextval(${native}) FROM generate_series(1, least(given - ${nextOf(sequence)} + 1, ${integer(stepsAtOnce)}));
    ELSE
      BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended(${native}, 0));
        IF ${nextOf(sequence)} <= given THEN PERFORM setval(${native}, given); END IF;
        RAISE EXCEPTION USING ERRCODE = 'P2C00';
      EXCEPTION WHEN SQLSTATE 'P2C00' THEN
        NULL;
      END;
    END IF;
  END LOOP;
END`,
  )
}

/** The number of a new row of a table that gets nothing else. */
export function numberObjects(db: PostgresDatabase, live: LiveNumber): SchemaObject[] {
  const { isDue, declared, give } = givingNumber(db, live)
  return trigger(
    db,
    `p2c_${live.table}_number`,
    db.names.table(live.table),
    sql`BEFORE INSERT`,
    sql`FOR EACH ROW WHEN (${isDue})`,
    sql`DECLARE${declared}
BEGIN
  ${give}
  RETURN new;
END`,
  )
}

/** What a trigger needs that gives a new row its number. */
export interface GivingNumber {
  /** Whether the row needs one. */
  readonly isDue: Sql
  readonly declared: Sql
  /** The statements that give it, where it needs one. */
  readonly give: Sql
}

/** What is done besides. */
export interface Besides {
  /** What the statement tells, too, that writes down the number of a row that is new, and the variable for it. */
  readonly also: { readonly is: Sql; readonly into: Sql }
  /** A statement for where no number is written down. */
  readonly otherwise: Sql
}

/**
 * One statement for a row that is new: it looks whether it is, gives the number, and writes it down, which is the
 * note for the sync, too. It inserts nothing, and takes no number, where the row is there already, or had a number.
 *
 * A row that is there already keeps its number: the insert will become the update of ON CONFLICT,
 * which is noted then, or fail. One that comes again gets the number it was given, unless another has it now. Of two who insert
 * the same row at once the second waits for the first where the number is written down, and
 * finds a number there that it has not seen: that of the row, which stays. (A condition with a query in it
 * costs as much as a statement, so it stands where it is seldom met.)
 */
export function givingNumber(
  db: PostgresDatabase,
  live: LiveNumber,
  besides?: Besides,
): GivingNumber {
  const { names, rules } = db
  const { table, sequence, format } = live
  const on = names.table(table)
  const key = names.column(salesTable(table).key)
  const column = names.column(live.column)
  const number = of('new', column)
  const id = rules.guid(of('new', key))
  const isDue = rules.hasNoNumber(number)
  const sameRow = sql`FROM ${on} AS t WHERE t.${key} = ${of('new', key)}`
  const givenBefore = sql`FROM p2c_given_number AS g WHERE g.sequence = ${literal(sequence)} AND g.row_key = ${id}`
  const next = sql`nextval(${literal(nativeSequence(sequence))})`
  const highest = integer(highestOf(format))
  const exhausted = literal(
    `NUMBERS_EXHAUSTED: there is no number left in the format ${format.text}`.replaceAll('%', '%%'),
  )
  const also = besides
    ? { is: sql`, ${besides.also.is}`, into: sql`, ${besides.also.into}` }
    : { is: empty, into: empty }
  const writeDown = sql`INSERT INTO p2c_given_number AS g (sequence, row_key, number, is_new)`
  const onConflict = sql`ON CONFLICT ON CONSTRAINT p2c_given_number_pkey DO UPDATE`
  return {
    isDue,
    // Names that no column has. What is kept is the empty text of a row that is there and has no number.
    declared: sql`
  p2c_kept text;
  p2c_remembered text;
  p2c_given text;
  p2c_next bigint;`,
    give: sql`IF ${isDue} THEN
    ${writeDown} SELECT ${literal(sequence)}, ${id}, ${numberText(format, raw('s.n'))}, 1
      FROM (SELECT ${next} AS n WHERE NOT EXISTS (SELECT 1 ${sameRow}) AND NOT EXISTS (SELECT 1 ${givenBefore})) AS s WHERE s.n <= ${highest}
      ${onConflict} SET is_new = 1
      RETURNING g.number${also.is} INTO ${number}${also.into};
  END IF;
  IF NOT FOUND THEN
    IF ${isDue} THEN
      SELECT (SELECT coalesce(t.${column}, '') ${sameRow} LIMIT 1), (SELECT g.number ${givenBefore}) INTO p2c_kept, p2c_remembered;
    END IF;
    IF p2c_kept <> '' OR NOT ${isDue} THEN
      ${number} := coalesce(p2c_kept, ${number});
      ${besides?.otherwise ?? empty}
    ELSE
      p2c_given := p2c_remembered;
      IF p2c_given IS NOT NULL THEN
        IF EXISTS (SELECT 1 FROM ${on} AS t WHERE t.${column} = p2c_given) THEN p2c_given := NULL; END IF;
      END IF;
      IF p2c_given IS NULL THEN
        p2c_next := ${next};
        IF p2c_next > ${highest} THEN RAISE EXCEPTION ${exhausted}; END IF;
        p2c_given := ${numberText(format, raw('p2c_next'))};
      END IF;
      ${writeDown} VALUES (${literal(sequence)}, ${id}, p2c_given, 1)
        ${onConflict} SET is_new = 1, number = CASE WHEN g.number = p2c_remembered THEN excluded.number ELSE g.number END
        RETURNING g.number INTO ${number};
    END IF;
  END IF;`,
  }
}

/**
 * A number that a new row brings with it. By its name it fires before the trigger that gives some. Of
 * a row that is there already no note is left: whoever leaves one locks it, and two programs that
 * insert the same rows with ON CONFLICT DO NOTHING would wait for each other.
 */
function numberKeptTrigger(db: PostgresDatabase, live: LiveNumber): SchemaObject[] {
  const number = of('new', db.names.column(live.column))
  const on = db.names.table(live.table)
  const key = db.names.column(salesTable(live.table).key)
  const id = db.rules.guid(of('new', key))
  return trigger(
    db,
    `p2c_${live.table}_kept_number`,
    on,
    sql`BEFORE INSERT`,
    sql`FOR EACH ROW WHEN (${number} <> '')`,
    sql`BEGIN
  PERFORM ${raw(passing(live))}(${sequenceNumber(live.format, number)});
  IF NOT EXISTS (SELECT 1 FROM ${on} AS t WHERE t.${key} = ${of('new', key)}) THEN
    ${noted(live.table, sql`SELECT ${id} WHERE ${id} IS NOT NULL`)};
  END IF;
  RETURN new;
END`,
  )
}

/** A number that somebody sets later. The backfill's are taken already, and it fills the flags too. */
function numberSetTrigger(db: PostgresDatabase, live: LiveNumber): SchemaObject[] {
  const { names } = db
  const { table, format } = live
  const column = names.column(live.column)
  const [before, after] = [of('old', column), of('new', column)]
  const active = names.column(field.isActiveCustomer)
  const isNoBackfill =
    table === 'contact'
      ? sql` AND (${before} <> '' OR ${of('old', active)} IS NOT NULL OR ${of('new', active)} IS NULL)`
      : empty
  return trigger(
    db,
    `p2c_${table}_number_set`,
    names.table(table),
    sql`AFTER UPDATE OF ${column}`,
    sql`FOR EACH ROW WHEN (${join([sql`${after} <> ''`, sql`${after} IS DISTINCT FROM ${before}`], ' AND ')}${isNoBackfill})`,
    sql`BEGIN
  PERFORM ${raw(passing(live))}(${sequenceNumber(format, after)});
  RETURN NULL;
END`,
  )
}

function integer(value: number): Sql {
  return raw(String(value))
}
