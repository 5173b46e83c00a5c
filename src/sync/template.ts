import type { SalesTableName } from '../domain/sales.ts'
import type { Entity } from './entities/entity.ts'

/**
 * How sure it is that a mapping is what the template does: a public source states it; it is
 * stated for a sibling template or map; or it is inferred from names and meanings.
 */
export type Certainty = 'sourced' | 'pattern' | 'inferred'

/** What a map gives where it is a constant. */
export type Scalar = string | number

/** A value that the configuration holds. */
export type SettingName = 'organization.cds' | 'organization.company' | 'sync.currency'
export interface Setting {
  readonly setting: SettingName
}

/** What becomes of the source's value on its way into a field. */
export type Transform =
  /** The value as it is. */
  | { readonly kind: 'copy' }
  /** No source: the field has its default only. */
  | { readonly kind: 'none' }
  /** One name for another. A value that is not in the map is rejected. `''` stands for no value. */
  | { readonly kind: 'valueMap'; readonly values: Values }
  /** The first of several sources whose value is in the map. */
  | { readonly kind: 'choose'; readonly values: Values }
  /** A country in free text -> its ISO code; spellings of one's own in `values`. */
  | { readonly kind: 'country'; readonly code: 'alpha2' | 'alpha3'; readonly values: Values }
  /** "Not allowed" -> "allowed": Yes where the flag is no, No where it is yes. */
  | { readonly kind: 'invert' }
  /** Several sources as the lines of one text; empty ones are left out. */
  | { readonly kind: 'lines' }

export type Values = Readonly<Record<string, string>>

/** A value of the configuration as a field takes it: flags are the names of their members. */
export function scalarOf(value: string | number | boolean): Scalar {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  return value
}

/** A value map of the configuration. */
export function valuesOf(given: Readonly<Record<string, string | number | boolean>>): Values {
  return Object.fromEntries(Object.entries(given).map(([from, to]) => [from, String(scalarOf(to))]))
}

/** One row of a mapping page. */
export interface FieldMap {
  /** The property of the entity that is filled. */
  readonly to: string
  /**
   * Columns of the source. `lookup.column` is a column of the row that the lookup points to, as
   * in `parentcustomerid.accountnumber`.
   */
  readonly from: readonly string[]
  readonly by: Transform
  /** The value where the source gives none. */
  readonly default?: Scalar | Setting
  /** The most characters that are sent; the rest is cut off. */
  readonly truncate?: number
  /** The code of the warning that counts the records which took the default. */
  readonly warnsOfDefault?: string
  readonly certainty: Certainty
}

export type LegName = 'source-cds' | 'cds-destination'

/** One of the two mapping pages of a task. */
export interface Leg {
  readonly name: LegName
  /** A Sales table by its logical name, or the table of the entity that the first leg filled. */
  readonly source: SalesTableName | 'cds_account' | 'cds_contact'
  /** The column that carries the record's number, in the source. */
  readonly number: string
  /** Flag columns of the source and what they must be; rows without a number are never taken. */
  readonly filter: Readonly<Record<string, boolean>>
  readonly target: Entity
  readonly maps: readonly FieldMap[]
  /** Fields of which at least one must have a value. */
  readonly oneOf?: readonly string[]
  /** The field whose value must be the number of a customer that is already there. */
  readonly customer?: string
}

export const templateNames = ['accounts', 'contacts', 'contacts-to-customer'] as const
export type TemplateName = (typeof templateNames)[number]

/** A template of the Data Integrator, as data. */
export interface Template {
  readonly name: TemplateName
  readonly displayName: string
  readonly task: string
  /** Source > CDS, then CDS > Destination. */
  readonly legs: readonly [Leg, Leg]
}

type More = Pick<FieldMap, 'default' | 'truncate' | 'warnsOfDefault'>

/** The value as it is, of one column. */
export const copy = (
  from: string,
  to: string,
  certainty: Certainty,
  more: More = {},
): FieldMap => ({
  to,
  from: [from],
  by: { kind: 'copy' },
  ...more,
  certainty,
})

/** A value without a source. */
export const constant = (
  to: string,
  value: Scalar | Setting | undefined,
  certainty: Certainty,
): FieldMap => ({
  to,
  from: [],
  by: { kind: 'none' },
  ...(value === undefined ? {} : { default: value }),
  certainty,
})

/** Any other transform. */
export const mapped = (
  from: string | readonly string[],
  to: string,
  by: Transform,
  certainty: Certainty,
  more: More = {},
): FieldMap => ({ to, from: typeof from === 'string' ? [from] : from, by, ...more, certainty })

/** Columns of an address that go one to one. */
export function copies(
  pairs: Readonly<Record<string, string>>,
  certainty: Certainty,
): readonly FieldMap[] {
  return Object.entries(pairs).map(([from, to]) => copy(from, to, certainty))
}
