import type { Config } from '../config.ts'
import { standardColumns, type ColumnToMake } from '../database/sales-tables.ts'
import { field } from '../domain/names.ts'
import { salesTable, type SalesTable, type SalesTableName } from '../domain/sales.ts'
import { parseFormat, type NumberFormat } from '../numbering/format.ts'
import { accountOf } from './accounts.ts'
import { contactOf } from './contacts.ts'
import { documentOf, documentTables } from './documents.ts'
import type { SeedOptions } from './options.ts'
import { keyOf, Random } from './random.ts'
import { rankingOf, type Ranking } from './ranking.ts'

export type Value = string | number | null
export type Cells = Readonly<Record<string, Value>>

/** Sample data of one table. Any row can be made at any time; none is kept. */
export interface SampleTable {
  readonly table: SalesTable
  readonly columns: readonly ColumnToMake[]
  readonly rows: number
  /** The values of a row, in the order of `columns`. */
  row(index: number): Value[]
}

/** What the rows of all tables must agree on. */
export interface Sample extends Required<SeedOptions> {
  readonly format: NumberFormat
  readonly firstNumber: number
  readonly keys: Readonly<Record<SalesTableName | 'nobody', number>>
  readonly accounts: number
  readonly documents: number
  /** The contacts of the first ranks, up to this one, have documents. */
  readonly activeContacts: number
  readonly contactRanks: Ranking
  readonly accountRanks: Ranking
}

/** The five tables of a sample, in the order in which they are loaded. */
export function sampleTables(config: Config, options: Required<SeedOptions>): SampleTable[] {
  const sample = sampleOf(config, options)
  const account = salesTable('account')
  const contact = salesTable('contact')
  return [
    sampleTable(account, standardColumns(account), sample.accounts, index =>
      accountOf(sample, index),
    ),
    sampleTable(contact, contactColumns(contact, sample), sample.contacts, index =>
      contactOf(sample, index),
    ),
    ...documentTables.map((name, which) => {
      const table = salesTable(name)
      const rows = Math.ceil((sample.documents - which) / documentTables.length)
      return sampleTable(table, standardColumns(table), rows, index =>
        documentOf(sample, which, index),
      )
    }),
  ]
}

function sampleOf(config: Config, options: Required<SeedOptions>): Sample {
  const { contacts, seed } = options
  const key = (name: SalesTableName | 'nobody') => keyOf(seed, name)
  const ranking = (name: string, rows: number) =>
    rankingOf(rows, new Random(keyOf(seed, `ranks of ${name}`), 0))
  const accounts = contacts === 0 ? 0 : Math.max(1, Math.round(contacts / 5))
  const activeContacts = Math.round(contacts * options.active)
  const { format, seed: firstNumber } = config.numbering.contact
  return {
    ...options,
    format: parseFormat(format, config.numbering.alphabet),
    firstNumber,
    keys: {
      account: key('account'),
      contact: key('contact'),
      quote: key('quote'),
      salesorder: key('salesorder'),
      invoice: key('invoice'),
      nobody: key('nobody'),
    },
    accounts,
    // Every active contact has one, and there are always some documents of others.
    documents: Math.max(Math.round(contacts * 0.75), activeContacts + Math.round(contacts / 10)),
    activeContacts,
    contactRanks: ranking('contacts', contacts),
    accountRanks: ranking('accounts', accounts),
  }
}

function contactColumns(table: SalesTable, { oddities }: Sample): ColumnToMake[] {
  const number: ColumnToMake = { name: field.contactNumber, type: { kind: 'text', maxLength: 100 } }
  return [...standardColumns(table), ...(oddities.includes('half-numbered') ? [number] : [])]
}

function sampleTable(
  table: SalesTable,
  columns: readonly ColumnToMake[],
  rows: number,
  cellsOf: (index: number) => Cells,
): SampleTable {
  return {
    table,
    columns,
    rows,
    row: index => {
      const cells = cellsOf(index)
      return columns.map(({ name }) => cells[name] ?? null)
    },
  }
}
