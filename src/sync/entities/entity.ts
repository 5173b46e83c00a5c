import type { Config } from '../../config.ts'
import type { ColumnType } from '../../domain/sales.ts'
import type { Certainty } from '../template.ts'

/** The lists of `sync.reference` in the configuration. */
export type ReferenceName = keyof Config['sync']['reference']

/** What an entity demands of one of its properties. */
export interface PropertyRule {
  /** The most characters it holds. An inferred length only warns. */
  readonly maxLength?: { readonly characters: number; readonly certainty: Certainty }
  /** How sure it is that there must be a value. An inferred demand only warns. */
  readonly required?: Certainty
  /** The list in which its value must stand, where that list is configured. */
  readonly reference?: ReferenceName
}

/** An entity of the Common Data Service or of Finance and Operations. */
export interface Entity {
  /** As its system names it: `CustomersV2`. */
  readonly name: string
  /** The table that stands for it in the Sales database. */
  readonly table: string
  /** The properties that identify a record, in their order. */
  readonly key: readonly string[]
  /** The property of the key that the records of one organization or company differ by. */
  readonly number: string
  /** Every property with its type, by its OData name. */
  readonly properties: Readonly<Record<string, string>>
  readonly rules: Readonly<Record<string, PropertyRule>>
}

/** The type of the column for a property. Picklists and NoYes hold the names of their members. */
export function columnTypeOf(entity: Entity, property: string): ColumnType {
  switch (entity.properties[property]) {
    case 'Int32':
      return { kind: 'integer' }
    case 'Decimal':
      return { kind: 'decimal' }
    default:
      return { kind: 'text', maxLength: entity.rules[property]?.maxLength?.characters ?? 4000 }
  }
}

/** Whether a property holds text, whose empty value is none. */
export function isText(entity: Entity, property: string): boolean {
  return columnTypeOf(entity, property).kind === 'text'
}

/** Names in one text, with the type that they share. */
export function typed(type: string, names: string): Record<string, string> {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map(name => [name, type]),
  )
}

/** The same rule for several properties. */
export function ruled(names: string, rule: PropertyRule): Record<string, PropertyRule> {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map(name => [name, rule]),
  )
}

/** A length that a public source states. */
export function atMost(characters: number): PropertyRule {
  return { maxLength: { characters, certainty: 'sourced' } }
}

/** A length that people in the trade know, and no source states. */
export function probablyAtMost(characters: number): PropertyRule {
  return { maxLength: { characters, certainty: 'inferred' } }
}
