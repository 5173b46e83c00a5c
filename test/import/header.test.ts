import t from 'tap'
import { loadConfig } from '../../src/config.ts'
import { namesOf } from '../../src/domain/names.ts'
import { extractTables } from '../../src/import/extract.ts'
import { mapHeader, type ColumnMap } from '../../src/import/header.ts'
import { columnMapFor } from '../../src/import/column-map.ts'

const names = namesOf(loadConfig({ file: false }))

function tableOf(name: string) {
  const table = extractTables.find(table => table.name === name)
  if (!table) throw new Error(name)
  return table
}

function mapping(name: string, header: readonly string[], map?: ColumnMap) {
  const result = mapHeader('x.csv', tableOf(name), header, names, map)
  const columns = Object.fromEntries(
    result.columns.map(({ header, column }) => [header, column.name]),
  )
  return { ...result, columns }
}

t.test('logical names are understood without regard to case and spaces', t => {
  const { columns } = mapping('contact', ['ContactId', ' First Name', 'PARENTCUSTOMERIDTYPE'])
  t.same(columns, {
    ContactId: 'contactid',
    ' First Name': 'firstname',
    PARENTCUSTOMERIDTYPE: 'parentcustomeridtype',
  })
  t.end()
})

t.test('look-ups of the Web API and of Synapse Link are understood', t => {
  const type = '_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname'
  t.same(mapping('contact', ['contactid', '_parentcustomerid_value', type]).columns, {
    contactid: 'contactid',
    _parentcustomerid_value: 'parentcustomerid',
    [type]: 'parentcustomeridtype',
  })
  t.same(mapping('quote', ['quoteid', 'customerid', 'customerid_entitytype']).columns, {
    quoteid: 'quoteid',
    customerid: 'customerid',
    customerid_entitytype: 'customeridtype',
  })
  t.end()
})

t.test('an Excel export is understood by its labels and hidden columns', t => {
  const { columns, byName, unknown, repeated } = mapping('contact', [
    '(Do Not Modify) Contact',
    '(Do Not Modify) Row Checksum',
    '(Do Not Modify) Modified On',
    'Full Name',
    'Company Name',
    'Address 1: Country/Region',
    'Modified On',
    'Shoe Size',
  ])
  t.same(columns, {
    '(Do Not Modify) Contact': 'contactid',
    'Full Name': 'fullname',
    'Address 1: Country/Region': 'address1_country',
    'Modified On': 'modifiedon',
  })
  t.same(byName, ['Company Name'])
  t.same(unknown, ['Shoe Size'])
  t.same(repeated, [])
  t.end()
})

t.test('the logical name goes before other names of the same column', t => {
  const { columns, repeated } = mapping('contact', [
    '_parentcustomerid_value',
    'contactid',
    'parentcustomerid',
  ])
  t.equal(columns['parentcustomerid'], 'parentcustomerid')
  t.same(repeated, ['_parentcustomerid_value'])
  t.end()
})

t.test('every column of every table is known by its own name, and no name means two', t => {
  for (const table of extractTables) {
    const { columns } = mapping(
      table.name,
      table.columns.map(({ name }) => name),
    )
    t.same(Object.keys(columns), Object.values(columns))
  }
  t.end()
})

t.test('a map wins, and may leave a column out', t => {
  const header = ['Id', 'firstname', 'Vorname', 'junk']
  const { columns, repeated, unknown } = mapping('contact', header, {
    id: 'contactid',
    Vorname: 'firstname',
    junk: null,
  })
  t.same(columns, { Id: 'contactid', Vorname: 'firstname' })
  t.same(repeated, ['firstname'])
  t.same(unknown, [])
  t.end()
})

t.test('a map that does not fit is refused', t => {
  const bad = { code: 'MAP_INVALID', exit: 2 }
  t.throws(() => mapping('contact', ['contactid'], { nothere: 'firstname' }), bad)
  t.throws(() => mapping('contact', ['contactid', 'x'], { x: 'firstnam' }), bad)
  t.throws(() => columnMapFor({ people: {} }, tableOf('contact')), bad)
  t.end()
})

t.test('a map is found by file or by table', t => {
  for (const name of ['contacts', 'contacts.csv', 'Contacts.csv.gz', 'contact'])
    t.same(columnMapFor({ [name]: { a: 'firstname' } }, tableOf('contact')), { a: 'firstname' })
  t.same(columnMapFor({ accounts: { a: 'name' } }, tableOf('contact')), {})
  t.end()
})

t.test('a file without its key, or with a column twice, is refused', t => {
  t.throws(() => mapping('contact', ['firstname']), { code: 'KEY_COLUMN_MISSING', exit: 2 })
  t.throws(() => mapping('contact', ['contactid', 'fax', 'FAX']), { code: 'COLUMN_TWICE', exit: 2 })
  t.end()
})

t.test('a configured column name is understood like the logical one', t => {
  const configured = namesOf(
    loadConfig({ options: { columns: { contactNumber: 'cust_no' } }, file: false }),
  )
  const header = ['contactid', 'Cust_No']
  const { columns } = mapHeader('x.csv', tableOf('contact'), header, configured)
  t.same(
    columns.map(({ column }) => column.name),
    ['contactid', 'msdynce_contactnumber'],
  )
  t.end()
})
