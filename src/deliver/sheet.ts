import type { Sql } from '../domain/sql.ts'

/** Rows to be handed over, as one CSV file, or as several where they are more than one may have. */
export interface Sheet {
  /** Of its files, without ending. */
  readonly name: string
  /** The header of each column of `rows`, by the column's name, in the order of the file. */
  readonly columns: Readonly<Record<string, string>>
  /** The query, in no order. */
  readonly rows: Sql
  /** The columns of the query by whose bytes its rows are ordered. */
  readonly order: readonly string[]
  /** The most rows that one file may have. */
  readonly mostRows: number
  /** What a data package of Finance and Operations says of it; null for a plain CSV file. */
  readonly entity: DataEntity | null
}

/** An entity of the data management framework. */
export interface DataEntity {
  /** As people see it, and as a package names it: `Customers V2`. */
  readonly label: string
  /** Its name in the application's object tree. */
  readonly target: string
  /** Entities of a lower level come first. */
  readonly level: number
}

/** All that one kind of delivery consists of. */
export interface DeliveryPlan {
  readonly sheets: readonly Sheet[]
  /** Files that say something about the sheets, by their names. */
  readonly documents: Readonly<Record<string, string>>
  /** What whoever takes the files must do, step by step. */
  readonly instructions: readonly string[]
}
