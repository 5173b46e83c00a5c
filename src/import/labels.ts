import type { SalesTableName } from '../domain/sales.ts'

/** English labels of columns, as the headers of a Dynamics Excel export have them. */
type Labels = Readonly<Record<string, readonly string[]>>

const rows: Labels = {
  statecode: ['Status'],
  statuscode: ['Status Reason'],
  createdon: ['Created On'],
  modifiedon: ['Modified On'],
  description: ['Description'],
}

const person: Labels = {
  fax: ['Fax'],
  websiteurl: ['Website'],
  emailaddress1: ['Email', 'E-mail'],
  emailaddress2: ['Email Address 2'],
  emailaddress3: ['Email Address 3'],
  telephone3: ['Telephone 3'],
  donotemail: ['Do not allow Emails'],
  donotphone: ['Do not allow Phone Calls'],
  donotpostalmail: ['Do not allow Mails'],
  donotfax: ['Do not allow Faxes'],
}

const addressParts: Labels = {
  line1: ['Street 1'],
  line2: ['Street 2'],
  line3: ['Street 3'],
  city: ['City'],
  stateorprovince: ['State/Province'],
  postalcode: ['ZIP/Postal Code', 'Postal Code'],
  country: ['Country/Region'],
  county: ['County'],
  postofficebox: ['Post Office Box'],
  name: ['Name'],
}

const addresses: Labels = Object.fromEntries(
  [1, 2, 3].flatMap(n =>
    Object.entries(addressParts).map(([part, labels]) => [
      `address${n}_${part}`,
      labels.map(label => `Address ${n}: ${label}`),
    ]),
  ),
)

const document: Labels = { ...rows, name: ['Name'], totalamount: ['Total Amount'] }

export const columnLabels: Readonly<Record<SalesTableName, Labels>> = {
  account: {
    ...rows,
    ...person,
    ...addresses,
    accountnumber: ['Account Number'],
    name: ['Account Name'],
    telephone1: ['Main Phone'],
    telephone2: ['Other Phone'],
    numberofemployees: ['Number of Employees'],
    creditlimit: ['Credit Limit'],
    revenue: ['Annual Revenue'],
    customertypecode: ['Relationship Type'],
    primarytwitterid: ['Primary Twitter ID'],
  },
  contact: {
    ...rows,
    ...person,
    ...addresses,
    firstname: ['First Name'],
    middlename: ['Middle Name'],
    lastname: ['Last Name'],
    fullname: ['Full Name'],
    suffix: ['Suffix'],
    salutation: ['Salutation'],
    jobtitle: ['Job Title'],
    department: ['Department'],
    nickname: ['Nickname'],
    governmentid: ['Government'],
    employeeid: ['Employee'],
    externaluseridentifier: ['External User Identifier'],
    spousesname: ['Spouse/Partner Name'],
    assistantname: ['Assistant'],
    managername: ['Manager'],
    telephone1: ['Business Phone'],
    telephone2: ['Home Phone'],
    mobilephone: ['Mobile Phone'],
    pager: ['Pager'],
    company: ['Company Phone'],
    business2: ['Business Phone 2'],
    home2: ['Home Phone 2'],
    callback: ['Callback Number'],
    birthdate: ['Birthday'],
    anniversary: ['Anniversary'],
    accountrolecode: ['Role'],
    gendercode: ['Gender'],
    familystatuscode: ['Marital Status'],
    preferredcontactmethodcode: ['Preferred Method of Contact'],
    paymenttermscode: ['Payment Terms'],
    msdynce_contactnumber: ['Contact Number'],
    msdynce_isactivecustomer: ['Is Active Customer'],
    msdynce_iscompanyanaccount: ['IsCompanyAnAccount'],
  },
  quote: { ...document, quotenumber: ['Quote ID'], revisionnumber: ['Revision ID'] },
  salesorder: { ...document, ordernumber: ['Order ID', 'Order Number'] },
  invoice: { ...document, invoicenumber: ['Invoice ID', 'Invoice Number'] },
}

/** Labels of look-ups. Such a column has names, of which several rows may have the same. */
export const lookupLabels: readonly string[] = [
  'Company Name',
  'Customer',
  'Potential Customer',
  'Currency',
  'Primary Contact',
  'Parent Account',
]

/** How the export calls one row of a table, in `(Do Not Modify) Contact`. */
export const rowLabels: Readonly<Record<SalesTableName, string>> = {
  account: 'Account',
  contact: 'Contact',
  quote: 'Quote',
  salesorder: 'Order',
  invoice: 'Invoice',
}
