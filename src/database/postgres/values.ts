import pg from 'pg'
import type { Sql } from '../../domain/sql.ts'
import type { Query } from '../database.ts'

const oid = pg.types.builtins

/** A statement as the driver takes it. */
export function native(query: Query): { text: string; values: unknown[] } {
  if ('toSQL' in query) {
    const { sql, bindings } = query.toSQL().toNative()
    return { text: sql, values: bindings.map(bindable) }
  }
  return { text: query.text, values: query.values.map(bindable) }
}

/** The text of a statement in which nothing can be bound, with its values in it. */
export function inlined({ strings, values }: Sql): string {
  return strings.reduce((text, piece, i) => `${text}${literalOf(values[i - 1])}${piece}`)
}

function literalOf(value: unknown): string {
  const bound = bindable(value)
  if (bound === null) return 'NULL'
  return pg.escapeLiteral(typeof bound === 'string' ? bound : JSON.stringify(bound))
}

/** How values come back: as SQLite gives them, so that the rest of p2c need not know the engine. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: string) => {
    const own = format === 'binary' ? undefined : parsers[id]
    return own ?? driversOwn(id)
  },
}

/** The driver's parsers know types that its declarations do not. */
const driversOwn = pg.types.getTypeParser as unknown as (id: number) => (text: string) => unknown

const asItIs = (text: string) => text

const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [oid.INT8]: numberWhereSafe,
  [oid.NUMERIC]: numberWhereSafe,
  [oid.TIMESTAMPTZ]: isoMoment,
  [oid.TIMESTAMP]: isoMoment,
  [oid.DATE]: asItIs,
  [oid.JSON]: asItIs,
  [oid.JSONB]: asItIs,
}

/** A number where it says exactly the same, else the text. */
export function numberWhereSafe(text: string): number | string {
  const number = Number(text)
  if (!Number.isFinite(number) || Math.abs(number) > Number.MAX_SAFE_INTEGER) return text
  const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return String(number) === plain ? number : text
}

/** `2026-11-01 09:00:00+00`, as a session in UTC writes it, in ISO 8601. */
export function isoMoment(text: string): string {
  return text.replace(' ', 'T').replace(/(?:\+00(?::00)?)?$/, 'Z')
}

function bindable(value: unknown): unknown {
  if (value === undefined) return null
  return value instanceof Date ? value.toISOString() : value
}
