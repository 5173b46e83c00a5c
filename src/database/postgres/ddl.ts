/** What a statement of p2c's DDL does to a table that other programs use. */
export interface Touch {
  /** The table, as SQL writes it. */
  readonly table: string
  /** The mode in which the statement will lock it. */
  readonly mode: 'SHARE ROW EXCLUSIVE' | 'ACCESS EXCLUSIVE'
}

/** An index that a statement makes or drops. */
export interface IndexWork {
  /** As SQL writes it. */
  readonly index: string
  readonly verb: 'make' | 'drop'
  /** The same without waiting for, or holding up, those who write. */
  readonly concurrently: string
}

const name = '"(?:[^"]|"")+"'
/** Whatever stands between two names, names among it. */
const anything = `(?:[^"]|${name})*?`
const createIndex = new RegExp(`^CREATE (UNIQUE )?INDEX (${name}) (ON ${name} .*)$`, 's')
const dropIndex = new RegExp(`^DROP INDEX (${name})$`)
const touching: readonly [RegExp, Touch['mode']][] = [
  [new RegExp(`^CREATE TRIGGER ${anything} ON (${name}) `), 'SHARE ROW EXCLUSIVE'],
  [new RegExp(`^DROP TRIGGER ${name} ON (${name})$`), 'ACCESS EXCLUSIVE'],
  [new RegExp(`^ALTER TABLE (${name}) `), 'ACCESS EXCLUSIVE'],
  [new RegExp(`^DROP TABLE (${name})$`), 'ACCESS EXCLUSIVE'],
]

/**
 * The lock that a statement takes, read from the statement itself: what undoes a migration is kept
 * as text. undefined for those that lock nothing of others, and for indexes.
 */
export function touchOf(statement: string): Touch | undefined {
  for (const [pattern, mode] of touching) {
    const table = pattern.exec(statement)?.[1]
    if (table !== undefined) return { table, mode }
  }
  return undefined
}

/** The index that a statement makes or drops; undefined where it does something else. */
export function indexWorkOf(statement: string): IndexWork | undefined {
  const [, unique = '', made, rest] = createIndex.exec(statement) ?? []
  if (made !== undefined && rest !== undefined)
    return {
      index: made,
      verb: 'make',
      concurrently: `CREATE ${unique}INDEX CONCURRENTLY ${made} ${rest}`,
    }
  const dropped = dropIndex.exec(statement)?.[1]
  if (dropped === undefined) return undefined
  return {
    index: dropped,
    verb: 'drop',
    concurrently: `DROP INDEX CONCURRENTLY IF EXISTS ${dropped}`,
  }
}
