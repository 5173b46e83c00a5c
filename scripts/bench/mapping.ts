/** One leg of a task, as a script would have it: the columns of the target, each as SQL. */
export interface Mapping {
  readonly target: keyof typeof keys
  readonly columns: Readonly<Record<string, string>>
}

/** The keys of the four targets. */
export const keys = {
  cds_account: ['Organization_OrganizationId', 'AccountId'],
  cds_contact: ['Organization_OrganizationId', 'ContactId'],
  finops_customersv2: ['dataAreaId', 'CustomerAccount'],
  finops_cdscontactpersons: ['dataAreaId', 'ContactPersonPartyNumber', 'AssociatedPartyNumber'],
} as const

const status = `CASE s.statecode WHEN 1 THEN 'Inactive' ELSE 'Active' END`
const gender = `CASE s.gendercode WHEN 1 THEN 'Male' WHEN 2 THEN 'Female' ELSE 'NotSpecified' END`
const maritalStatus = `CASE s.familystatuscode WHEN 1 THEN 'Single' WHEN 2 THEN 'Married' WHEN 3 THEN 'Divorced' WHEN 4 THEN 'Widowed' ELSE 'None' END`

const fromSales = {
  Organization_OrganizationId: `'ORG001'`,
  Source: `'CustomerEngagement'`,
  Status: status,
  EmailPrimary: 's.emailaddress1',
  PhonePrimary: 's.telephone1',
  IsEmailContactAllowed: `'Yes'`,
  IsPhoneContactAllowed: `'Yes'`,
}

const addressFromSales = (to: string) => ({
  [`${to}_AddressLine1`]: 's.address1_line1',
  [`${to}_AddressLine2`]: 's.address1_line2',
  [`${to}_City`]: 's.address1_city',
  [`${to}_State`]: 's.address1_stateorprovince',
  [`${to}_PostalCode`]: 's.address1_postalcode',
  [`${to}_Country`]: 'k.alpha2',
})

const street = (from: string) =>
  `s."${from}_AddressLine1" || coalesce('\n' || s."${from}_AddressLine2", '')`

const customerFromCds = {
  dataAreaId: `'usmf'`,
  CustomerAccount: 's."AccountId"',
  PartyNumber: 's."AccountId"',
  PartyType: 's."PartyType"',
  PrimaryContactEmail: 's."EmailPrimary"',
  PrimaryContactPhone: 's."PhonePrimary"',
  PrimaryContactFax: 's."PhoneFax"',
  PrimaryContactURL: 's."WebsiteURL"',
  SalesCurrencyCode: `'USD'`,
  AddressStreet: street('MailingPostalAddress'),
  AddressCity: 's."MailingPostalAddress_City"',
  AddressState: 's."MailingPostalAddress_State"',
  AddressZipCode: 's."MailingPostalAddress_PostalCode"',
  AddressCountryRegionISOCode: `coalesce(k.alpha3, 'USA')`,
  CustomerGroupId: `'10'`,
  LanguageId: `'en-us'`,
  IsExternallyMaintained: `'Yes'`,
}

/** From the account `s` and its country `k`. */
const accountToCds: Mapping = {
  target: 'cds_account',
  columns: {
    ...fromSales,
    AccountId: 's.accountnumber',
    FullName: 'substr(s.name, 1, 128)',
    OrganizationName: 'substr(s.name, 1, 128)',
    PartyType: `'Organization'`,
    PhoneFax: 's.fax',
    WebsiteURL: 's.websiteurl',
    ...addressFromSales('MailingPostalAddress'),
  },
}

/** From the record `s` of the first leg and its country `k`. */
const accountToFinance: Mapping = {
  target: 'finops_customersv2',
  columns: {
    ...customerFromCds,
    OrganizationName: 's."OrganizationName"',
    DeliveryAddressCountryRegionISOCode: `'USA'`,
    SiteId: `'1'`,
    WarehouseId: `'13'`,
  },
}

/** From the contact `s`, its account's number `p` and its country `k`. */
const contactToCds: Mapping = {
  target: 'cds_contact',
  columns: {
    ...fromSales,
    ContactId: 's.msdynce_contactnumber',
    PrimaryAccount_AccountId: 'p.accountnumber',
    PrimaryAccount_Organization_OrganizationId: `'ORG001'`,
    Name_GivenName: 's.firstname',
    Name_MiddleName: 's.middlename',
    Name_Surname: 's.lastname',
    FullName: 'substr(s.fullname, 1, 128)',
    PartyType: `'Person'`,
    PrimaryAccountRole: `CASE s.accountrolecode WHEN 1 THEN 'DecisionMaker' WHEN 2 THEN 'Employee' WHEN 3 THEN 'Influencer' END`,
    PhoneBusiness: 's.telephone1',
    PhoneCell: 's.mobilephone',
    Profession: 's.jobtitle',
    Gender: gender,
    MaritalStatus: maritalStatus,
    ...addressFromSales('BusinessPostalAddress'),
  },
}

/** From the record `s` of the first leg and its country `k`. */
const contactToFinance: Mapping = {
  target: 'finops_cdscontactpersons',
  columns: {
    dataAreaId: `'usmf'`,
    ContactPersonPartyNumber: 's."ContactId"',
    AssociatedPartyNumber: 's."PrimaryAccount_AccountId"',
    FirstName: 's."Name_GivenName"',
    MiddleName: 's."Name_MiddleName"',
    LastName: 's."Name_Surname"',
    PrimaryEmailAddress: 's."EmailPrimary"',
    PrimaryPhoneNumber: 's."PhonePrimary"',
    EmploymentProfession: 's."Profession"',
    MaritalStatus: 's."MaritalStatus"',
    ContactPersonPartyType: 's."PartyType"',
    DecisionMakingRoleCode: 's."PrimaryAccountRole"',
    IsInactive: `CASE s."Status" WHEN 'Inactive' THEN 'Yes' ELSE 'No' END`,
    Gender: `CASE s."Gender" WHEN 'NotSpecified' THEN 'Unknown' ELSE s."Gender" END`,
    PrimaryAddressStreet: street('BusinessPostalAddress'),
    PrimaryAddressCity: 's."BusinessPostalAddress_City"',
    PrimaryAddressStateId: 's."BusinessPostalAddress_State"',
    PrimaryAddressZipCode: 's."BusinessPostalAddress_PostalCode"',
    PrimaryAddressCountryRegionISOCode: `coalesce(k.alpha3, 'USA')`,
    IsContactPersonExternallyMaintained: `'Yes'`,
  },
}

/** From the contact `s` and its country `k`. */
const customerToCds: Mapping = {
  target: 'cds_account',
  columns: {
    ...fromSales,
    AccountId: 's.msdynce_contactnumber',
    PartyType: `'Person'`,
    PersonName_GivenName: 's.firstname',
    PersonName_MiddleName: 's.middlename',
    PersonName_Surname: 's.lastname',
    FullName: 'substr(s.fullname, 1, 128)',
    Gender: gender,
    MaritalStatus: maritalStatus,
    PhoneFax: 's.fax',
    ...addressFromSales('MailingPostalAddress'),
  },
}

/** From the record `s` of the first leg and its country `k`. */
const customerToFinance: Mapping = {
  target: 'finops_customersv2',
  columns: {
    ...customerFromCds,
    PersonFirstName: 's."PersonName_GivenName"',
    PersonMiddleName: 's."PersonName_MiddleName"',
    PersonLastName: 's."PersonName_Surname"',
    PersonMaritalStatus: 's."MaritalStatus"',
    PersonGender: `CASE s."Gender" WHEN 'NotSpecified' THEN 'Unknown' ELSE s."Gender" END`,
    AddressLocationRoles: `'Business'`,
  },
}

/** The legs of all tasks. */
export const legs = {
  accountToCds,
  accountToFinance,
  contactToCds,
  contactToFinance,
  customerToCds,
  customerToFinance,
}

/** The tables that all mappings together fill, kept in the order of their keys where `clustered`. */
export function targetTables(clustered: boolean): string[] {
  const all = Object.values(legs)
  return Object.entries(keys).map(([target, key]) => {
    const filled = all.flatMap(mapping =>
      mapping.target === target ? Object.keys(mapping.columns) : [],
    )
    const columns = [...new Set([...key, ...filled])].map(column => `"${column}" TEXT`)
    return `CREATE TABLE ${target} (${columns.join()}, PRIMARY KEY (${quoted(key)}))${clustered ? ' WITHOUT ROWID' : ''}`
  })
}

/** INSERT … SELECT of a leg, whose rows come `from`. */
export function insertion({ target, columns }: Mapping, from: string): string {
  return `INSERT INTO ${target} (${quoted(Object.keys(columns))}) SELECT ${Object.values(columns).join()} FROM ${from}`
}

/** Names as a list of SQL. */
export function quoted(names: readonly string[]): string {
  return names.map(name => `"${name}"`).join()
}

/** The country that an expression spells, as `k`. */
export function country(expression: string): string {
  return `LEFT JOIN country AS k ON k.spelling = lower(trim(${expression}))`
}
