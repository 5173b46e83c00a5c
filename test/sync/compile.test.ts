import fc from 'fast-check'
import t from 'tap'
import { makeOwnTables } from '../../src/database/own-tables.ts'
import { identifier, join, sql } from '../../src/domain/sql.ts'
import { firstProblem } from '../../src/sync/checks.ts'
import { availableColumns, compileLeg } from '../../src/sync/compile.ts'
import { spelling, type Countries } from '../../src/sync/countries.ts'
import { makeCountryTable, makeLookUpTables } from '../../src/sync/lookup-tables.ts'
import { codeOf } from '../../src/sync/problem.ts'
import { projectOf } from '../../src/sync/project.ts'
import { templates } from '../../src/sync/templates/all.ts'
import { targetTables } from '../../src/sync/targets.ts'
import { transform, type SourceRow, type SourceValue } from '../../src/sync/transform.ts'
import { engines, freshDatabase } from '../support/database.ts'
import { guidOf, makeSales } from '../support/sales.ts'

// A dozen properties, each on a database of its own.
t.setTimeout(180_000)

const usa = { alpha2: 'US', alpha3: 'USA' }
const austria = { alpha2: 'AT', alpha3: 'AUT' }
const countries: Countries = new Map([
  ['us', usa],
  ['usa', usa],
  ['united states', usa],
  [spelling('Österreich'), austria],
  [spelling('ÖSTERREICH'), austria],
])

/** Overrides of every kind, so that every transform is met with and without them. */
const overridden = {
  accounts: {
    valueMaps: {
      SiteId: { Berlin: '2', US: '3' },
      'Account.Status': { 7: 'Inactive' },
      AddressCountryRegionISOCode: { narnia: 'NAR' },
      'Account.MailingPostalAddress_Country': { ' Old Blighty ': 'GB' },
      SalesMemo: { '': 'empty', 'It\'s "x"': 'quoted' },
    },
    truncate: { AddressCity: 3, 'Account.EmailPrimary': 4 },
    defaults: { 'Account.PhonePrimary': 'none', 'Account.EmployeeCount': 7, CustomerGroupId: 20 },
    omit: ['WarehouseId'],
  },
}

const odd = fc.constantFrom<(string | null)[]>(
  null,
  '',
  ' ',
  'USA',
  ' united STATES ',
  'ÖSTERREICH',
  'Österreich',
  'Narnia',
  'old blighty',
  'Berlin',
  'It\'s "x"',
  'constructor',
  '𝒳𝒴𝒵𝒳𝒴',
)
const text = fc.oneof(
  odd,
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter(value => !value.includes('\0')),
)

/** What a column may hold, by the type that the engine has for it. */
function valueOf(type: string): fc.Arbitrary<SourceValue> {
  if (/^integer/i.test(type)) return fc.constantFrom(null, 0, 1, 2, 3, 4, 7)
  if (/^numeric/i.test(type)) return fc.constantFrom(null, 0, 12.5)
  if (type === 'boolean') return fc.constantFrom(null, true, false)
  if (type === 'uuid') return fc.constantFrom(null, guidOf('contact', 1))
  if (type === 'timestamp with time zone') return fc.constantFrom(null, '2026-11-01T10:00:00Z')
  return text
}

for (const engine of engines) {
  for (const [kind, settings] of [
    ['as it comes', {}],
    ['with overrides', { sync: { templates: overridden } }],
  ] as const) {
    for (const template of templates) {
      if (kind === 'with overrides' && !(template.name in overridden)) continue
      for (const at of [0, 1] as const) {
        const name = `${engine}: ${template.legs[at].target.name} of ${template.name} ${kind}: compiled is as evaluated row by row`
        t.test(name, { timeout: 120_000 }, async t => {
          const db = await freshDatabase(t, engine, settings)
          await makeSales(db, {
            account: [
              'numberofemployees',
              'creditlimit',
              'description',
              'donotemail',
              'donotphone',
              'address2_country',
            ],
            contact: ['donotemail', 'donotpostalmail', 'department', 'description'],
          })
          for (const table of targetTables(db)) await db.script(table.create)
          await makeOwnTables(db)
          await makeCountryTable(db, countries)
          const leg = projectOf(template, db.config).legs[at]
          if (at === 0) await makeLookUpTables(db, leg)
          const available = await availableColumns(db, leg.source)
          const columns = [...new Set(leg.maps.flatMap(map => map.from))].filter(
            column => !column.includes('.') && available(column),
          )
          const compiled = compileLeg(db, leg, available)
          const selected = compiled.fields.map(
            ({ to, value }) => sql`${value} AS ${identifier(to)}`,
          )
          const source = db.names.table(leg.source)
          const problem = codeOf(firstProblem(compiled.problems))
          const query = sql`SELECT ${join(selected)}, ${problem} AS problem FROM ${source} AS s ${compiled.joins}`

          const key =
            at === 0
              ? [`${template.legs[0].source}id`]
              : ['Organization_OrganizationId', leg.number]
          const described = await db.dialect.describeTable(db, db.names.tableName(leg.source))
          const value = (column: string) =>
            valueOf(
              described?.columns.find(({ name }) => name === db.names.columnName(column))?.type ??
                '',
            )
          const rows = fc.record(
            Object.fromEntries(
              columns
                .filter(column => !key.includes(column))
                .map(column => [column, value(column)]),
            ),
          )
          await fc.assert(
            fc.asyncProperty(rows, async row => {
              const full: SourceRow = {
                ...row,
                ...Object.fromEntries(key.map(column => [column, guidOf('account', 1)])),
              }
              await db.change(sql`DELETE FROM ${source}`)
              await db.change(
                sql`INSERT INTO ${source} (${join(Object.keys(full).map(column => db.names.column(column)))}) VALUES (${join(Object.values(full))})`,
              )
              const found = await db.row<Record<string, SourceValue>>(query)
              for (const map of leg.maps) {
                const { value: wanted } = transform(map, full, countries)
                const got = found?.[map.to] ?? null
                if (got === null ? wanted !== null : String(got) !== String(wanted))
                  throw new Error(`${map.to}: ${String(got)} instead of ${String(wanted)}`)
              }
              const problems = leg.maps.map(map => transform(map, full, countries).problem)
              return (
                (found?.['problem'] ?? null) ===
                (problems.find(code => code === 'VALUE_NOT_IN_MAP') ?? null)
              )
            }),
            { numRuns: 40 },
          )
        })
      }
    }
  }
}
