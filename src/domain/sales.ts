/**
 * The Sales tables as Dataverse has them (microsoft/CDM, schemaDocuments/core/applicationCommon):
 * logical names, types and longest lengths. Import validates by it and `--create` makes the
 * tables from it; check asks for `required` columns; the sync takes a missing column for empty.
 */
export type SalesTableName = 'account' | 'contact' | 'quote' | 'salesorder' | 'invoice'

export type ColumnType =
  | { readonly kind: 'guid' }
  | { readonly kind: 'text'; readonly maxLength: number }
  | { readonly kind: 'integer' }
  | { readonly kind: 'decimal' }
  /** 0/1 on SQLite, boolean on PostgreSQL. */
  | { readonly kind: 'flag' }
  /** A moment, ISO 8601 UTC. */
  | { readonly kind: 'time' }
  /** A calendar day, `2026-11-01`. */
  | { readonly kind: 'date' }
  /** The type of a polymorphic lookup: `account` or `contact`. */
  | { readonly kind: 'customertype' }
  /** A choice: its number. `labels` are the English labels, in their order from `first`. */
  | { readonly kind: 'choice'; readonly labels: Readonly<Record<number, string>> }

export interface SalesColumn {
  readonly name: string
  readonly type: ColumnType
  /** Part of every table that import makes; others are made where an extract brings them. */
  readonly standard: boolean
}

export interface SalesTable {
  readonly name: SalesTableName
  /** The extract's file, without ending. */
  readonly file: string
  readonly key: string
  /** Columns without which the upgrade cannot work. */
  readonly required: readonly string[]
  readonly columns: readonly SalesColumn[]
}

const guid: ColumnType = { kind: 'guid' }
const integer: ColumnType = { kind: 'integer' }
const decimal: ColumnType = { kind: 'decimal' }
const flag: ColumnType = { kind: 'flag' }
const time: ColumnType = { kind: 'time' }
const date: ColumnType = { kind: 'date' }
const customertype: ColumnType = { kind: 'customertype' }
const text = (maxLength: number): ColumnType => ({ kind: 'text', maxLength })
const choice = (labels: Record<number, string>): ColumnType => ({ kind: 'choice', labels })

const columns = (standard: boolean, types: Record<string, ColumnType>): SalesColumn[] =>
  Object.entries(types).map(([name, type]) => ({ name, type, standard }))

const address = (n: 1 | 2 | 3): Record<string, ColumnType> => ({
  [`address${n}_line1`]: text(250),
  [`address${n}_line2`]: text(250),
  [`address${n}_city`]: text(80),
  [`address${n}_stateorprovince`]: text(50),
  [`address${n}_postalcode`]: text(20),
  [`address${n}_country`]: text(80),
})

const addressMore = (n: 1 | 2 | 3): Record<string, ColumnType> => ({
  [`address${n}_line3`]: text(250),
  [`address${n}_county`]: text(50),
  [`address${n}_postofficebox`]: text(20),
  [`address${n}_name`]: text(200),
})

const state = choice({ 0: 'Active', 1: 'Inactive' })

const account: SalesTable = {
  name: 'account',
  file: 'accounts',
  key: 'accountid',
  required: ['accountid'],
  columns: [
    ...columns(true, {
      accountid: guid,
      accountnumber: text(20),
      name: text(160),
      telephone1: text(50),
      fax: text(50),
      websiteurl: text(200),
      emailaddress1: text(100),
      ...address(1),
      transactioncurrencyid: guid,
      statecode: state,
      createdon: time,
      modifiedon: time,
    }),
    ...columns(false, {
      description: text(2000),
      emailaddress2: text(100),
      emailaddress3: text(100),
      telephone2: text(50),
      telephone3: text(50),
      numberofemployees: integer,
      creditlimit: decimal,
      revenue: decimal,
      customertypecode: choice({
        1: 'Competitor',
        2: 'Consultant',
        3: 'Customer',
        4: 'Investor',
        5: 'Partner',
        6: 'Influencer',
        7: 'Press',
        8: 'Prospect',
        9: 'Reseller',
        10: 'Supplier',
        11: 'Vendor',
        12: 'Other',
      }),
      primarycontactid: guid,
      parentaccountid: guid,
      primarytwitterid: text(128),
      donotemail: flag,
      donotphone: flag,
      donotpostalmail: flag,
      donotfax: flag,
      statuscode: choice({ 1: 'Active', 2: 'Inactive' }),
      ...addressMore(1),
      ...address(2),
      ...addressMore(2),
      ...address(3),
      ...addressMore(3),
    }),
  ],
}

const contact: SalesTable = {
  name: 'contact',
  file: 'contacts',
  key: 'contactid',
  required: ['contactid', 'parentcustomerid', 'parentcustomeridtype'],
  columns: [
    ...columns(true, {
      contactid: guid,
      firstname: text(50),
      middlename: text(50),
      lastname: text(50),
      fullname: text(160),
      jobtitle: text(100),
      emailaddress1: text(100),
      telephone1: text(50),
      mobilephone: text(50),
      fax: text(50),
      ...address(1),
      accountrolecode: choice({ 1: 'Decision Maker', 2: 'Employee', 3: 'Influencer' }),
      gendercode: choice({ 1: 'Male', 2: 'Female' }),
      familystatuscode: choice({ 1: 'Single', 2: 'Married', 3: 'Divorced', 4: 'Widowed' }),
      parentcustomerid: guid,
      parentcustomeridtype: customertype,
      statecode: state,
      createdon: time,
      modifiedon: time,
    }),
    ...columns(false, {
      suffix: text(10),
      salutation: text(100),
      department: text(100),
      nickname: text(100),
      description: text(2000),
      governmentid: text(50),
      employeeid: text(50),
      externaluseridentifier: text(50),
      emailaddress2: text(100),
      emailaddress3: text(100),
      spousesname: text(100),
      assistantname: text(100),
      managername: text(100),
      telephone2: text(50),
      telephone3: text(50),
      pager: text(50),
      company: text(50),
      business2: text(50),
      home2: text(50),
      callback: text(50),
      websiteurl: text(200),
      birthdate: date,
      anniversary: date,
      preferredcontactmethodcode: choice({ 1: 'Any', 2: 'Email', 3: 'Phone', 4: 'Fax', 5: 'Mail' }),
      paymenttermscode: choice({ 1: 'Net 30', 2: '2% 10, Net 30', 3: 'Net 45', 4: 'Net 60' }),
      donotemail: flag,
      donotphone: flag,
      donotpostalmail: flag,
      donotfax: flag,
      parentcontactid: guid,
      accountid: guid,
      transactioncurrencyid: guid,
      statuscode: choice({ 1: 'Active', 2: 'Inactive' }),
      ...addressMore(1),
      ...address(2),
      ...addressMore(2),
      ...address(3),
      ...addressMore(3),
    }),
  ],
}

const documentTable = (
  name: SalesTableName,
  key: string,
  number: string,
  states: Record<number, string>,
  more: Record<string, ColumnType>,
): SalesTable => ({
  name,
  file: name === 'salesorder' ? 'orders' : `${name}s`,
  key,
  required: [key, 'customerid', 'customeridtype'],
  columns: [
    ...columns(true, {
      [key]: guid,
      [number]: text(100),
      name: text(300),
      customerid: guid,
      customeridtype: customertype,
      totalamount: decimal,
      statecode: choice(states),
      createdon: time,
      modifiedon: time,
    }),
    ...columns(false, {
      statuscode: integer,
      transactioncurrencyid: guid,
      accountid: guid,
      contactid: guid,
      opportunityid: guid,
      ...more,
    }),
  ],
})

/** In the order in which they are loaded: a parent before its children. */
export const salesTables: readonly SalesTable[] = [
  account,
  contact,
  documentTable(
    'quote',
    'quoteid',
    'quotenumber',
    { 0: 'Draft', 1: 'Active', 2: 'Won', 3: 'Closed' },
    { revisionnumber: integer },
  ),
  documentTable(
    'salesorder',
    'salesorderid',
    'ordernumber',
    { 0: 'Active', 1: 'Submitted', 2: 'Canceled', 3: 'Fulfilled', 4: 'Invoiced' },
    { quoteid: guid, submitdate: time, submitstatus: integer },
  ),
  documentTable(
    'invoice',
    'invoiceid',
    'invoicenumber',
    { 0: 'Active', 1: 'Closed', 2: 'Paid', 3: 'Canceled' },
    { salesorderid: guid },
  ),
]

/** One of the Sales tables by its logical name. */
export function salesTable(name: SalesTableName): SalesTable {
  const found = salesTables.find(table => table.name === name)
  if (!found) throw new RangeError(`no Sales table ${name}`)
  return found
}

/** The table of currencies that an extract may bring, and its columns. */
export const currencies = {
  table: 'transactioncurrencies',
  id: 'transactioncurrencyid',
  code: 'isocurrencycode',
} as const
