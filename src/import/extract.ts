import { field } from '../domain/names.ts'
import { salesTables, type ColumnType, type SalesColumn } from '../domain/sales.ts'
import { longestNumber } from '../numbering/format.ts'
import { columnLabels, rowLabels } from './labels.ts'

/** A column that an extract may have. */
export interface ExtractColumn {
  /** Dataverse logical name. */
  readonly name: string
  readonly type: ColumnType
  /** Part of every table that import makes; others are made where an extract brings them. */
  readonly standard: boolean
  /** Made by the upgrade only, never by import. */
  readonly isOfUpgrade: boolean
  /** A number that was given stays: an empty field does not erase it. */
  readonly isKept: boolean
  /** Other headers that mean it, best first; compared without case and spaces. */
  readonly aliases: readonly string[]
}

/** A file of the extract, and the table that it fills. */
export interface ExtractTable {
  /** Dataverse logical name. */
  readonly name: string
  /** Without ending. */
  readonly file: string
  readonly key: string
  /** Whether `--create` makes it even where the extract has no file for it. */
  readonly isSales: boolean
  readonly columns: readonly ExtractColumn[]
}

/** Data like any other where they are. */
const upgradeColumns: readonly SalesColumn[] = [
  { name: field.contactNumber, type: { kind: 'text', maxLength: longestNumber }, standard: false },
  { name: field.isActiveCustomer, type: { kind: 'flag' }, standard: false },
  { name: field.isCompanyAnAccount, type: { kind: 'flag' }, standard: false },
]

const currencies: ExtractTable = {
  name: 'transactioncurrencies',
  file: 'transactioncurrencies',
  key: 'transactioncurrencyid',
  isSales: false,
  columns: (
    [
      { name: 'transactioncurrencyid', type: { kind: 'guid' }, standard: true },
      { name: 'isocurrencycode', type: { kind: 'text', maxLength: 5 }, standard: true },
      { name: 'currencyname', type: { kind: 'text', maxLength: 100 }, standard: false },
    ] satisfies readonly SalesColumn[]
  ).map(column => extractColumn(column, [])),
}

/** All that an extract may have, in the order in which it is loaded. */
export const extractTables: readonly ExtractTable[] = [
  currencies,
  ...salesTables.map(table => {
    const labels = columnLabels[table.name]
    const ofUpgrade = table.name === 'contact' ? upgradeColumns : []
    const columns = [...table.columns, ...ofUpgrade].map(column =>
      extractColumn(column, [
        ...(labels[column.name] ?? []),
        ...(column.name === table.key ? [`(Do Not Modify) ${rowLabels[table.name]}`] : []),
        ...(column.name === 'modifiedon' ? ['(Do Not Modify) Modified On'] : []),
      ]),
    )
    return { name: table.name, file: table.file, key: table.key, isSales: true, columns }
  }),
]

function extractColumn(column: SalesColumn, labels: readonly string[]): ExtractColumn {
  return {
    ...column,
    isOfUpgrade: upgradeColumns.includes(column),
    isKept: column.name === field.accountNumber || column.name === field.contactNumber,
    aliases: [...exportNames(column), ...labels],
  }
}

/** What the Web API and Synapse Link call a look-up and the type of what it points to. */
function exportNames({ name, type }: SalesColumn): string[] {
  if (type.kind === 'guid') return [`_${name}_value`]
  if (type.kind !== 'customertype') return []
  const lookup = name.slice(0, -'type'.length)
  return [`_${lookup}_value@Microsoft.Dynamics.CRM.lookuplogicalname`, `${lookup}_entitytype`]
}
