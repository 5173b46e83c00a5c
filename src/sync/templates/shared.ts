import { copy, constant, mapped, type FieldMap, type Values } from '../template.ts'

/** A value map's entry for a source without a value. */
const blank = ''

/** The same in both first legs. The state of a row that has none is Dataverse's own default. */
export const status: FieldMap = mapped(
  'statecode',
  'Status',
  { kind: 'valueMap', values: { 0: 'Active', 1: 'Inactive', [blank]: 'Active' } },
  'pattern',
)

export const genders: Values = { 1: 'Male', 2: 'Female', [blank]: 'NotSpecified' }
export const genderNames: Values = {
  Male: 'Male',
  Female: 'Female',
  NotSpecified: 'Unknown',
  Nonspecific: 'NonSpecific',
}
export const maritalStatuses: Values = {
  1: 'Single',
  2: 'Married',
  3: 'Divorced',
  4: 'Widowed',
  [blank]: 'None',
}

/** What every record of the Common Data Service says of where it comes from. */
export const origin: readonly FieldMap[] = [
  constant('Organization_OrganizationId', { setting: 'organization.cds' }, 'sourced'),
  constant('Source', 'CustomerEngagement', 'inferred'),
]

/** Whom one may write and call; it is required, and Dataverse's own default is Yes. */
export const contactPermissions: readonly FieldMap[] = [
  mapped('donotemail', 'IsEmailContactAllowed', { kind: 'invert' }, 'inferred', { default: 'Yes' }),
  mapped('donotphone', 'IsPhoneContactAllowed', { kind: 'invert' }, 'inferred', { default: 'Yes' }),
]

export const company: FieldMap = constant(
  'dataAreaId',
  { setting: 'organization.company' },
  'sourced',
)

/** Address 1 or 2 of Sales -> an address of the Common Data Service. */
export function addressToCds(
  n: 1 | 2,
  to: string,
  certainty: { readonly parts: FieldMap['certainty']; readonly country: FieldMap['certainty'] },
): readonly FieldMap[] {
  const part = (from: string, name: string) =>
    copy(`address${n}_${from}`, `${to}_${name}`, certainty.parts)
  return [
    part('line1', 'AddressLine1'),
    part('line2', 'AddressLine2'),
    part('city', 'City'),
    part('stateorprovince', 'State'),
    part('postalcode', 'PostalCode'),
    mapped(
      `address${n}_country`,
      `${to}_Country`,
      { kind: 'country', code: 'alpha2', values: {} },
      certainty.country,
    ),
  ]
}

/** The fields that an address has in Finance and Operations. */
export interface AddressFields {
  readonly street: string
  readonly city: string
  readonly state: string
  readonly zipCode: string
  readonly country: string
}

/** An address of the Common Data Service -> Finance and Operations, which demands a country. */
export function addressToFinance(from: string, to: AddressFields): readonly FieldMap[] {
  return [
    mapped(
      [`${from}_AddressLine1`, `${from}_AddressLine2`],
      to.street,
      { kind: 'lines' },
      'pattern',
    ),
    copy(`${from}_City`, to.city, 'pattern'),
    copy(`${from}_State`, to.state, 'pattern'),
    copy(`${from}_PostalCode`, to.zipCode, 'pattern'),
    mapped(
      `${from}_Country`,
      to.country,
      { kind: 'country', code: 'alpha3', values: {} },
      'sourced',
      { default: 'USA' },
    ),
  ]
}

/** The second leg of everything that becomes a customer. */
export function customer(sites: {
  readonly SiteId?: string
  readonly WarehouseId?: string
}): readonly FieldMap[] {
  const place = ['MailingPostalAddress_City', 'MailingPostalAddress_Country']
  const chosen = (to: 'SiteId' | 'WarehouseId') => {
    const value = sites[to]
    const by = { kind: 'choose', values: {} } as const
    return mapped(place, to, by, 'sourced', value === undefined ? {} : { default: value })
  }
  return [
    company,
    copy('AccountId', 'CustomerAccount', 'pattern'),
    copy('AccountId', 'PartyNumber', 'pattern'),
    copy('PartyType', 'PartyType', 'pattern'),
    copy('Description', 'SalesMemo', 'pattern'),
    copy('EmailPrimary', 'PrimaryContactEmail', 'pattern'),
    copy('PhonePrimary', 'PrimaryContactPhone', 'pattern'),
    copy('PhoneFax', 'PrimaryContactFax', 'pattern'),
    copy('WebsiteURL', 'PrimaryContactURL', 'pattern'),
    copy('SalesCurrencyCode', 'SalesCurrencyCode', 'pattern', {
      default: { setting: 'sync.currency' },
      warnsOfDefault: 'CURRENCY_DEFAULTED',
    }),
    ...addressToFinance('MailingPostalAddress', {
      street: 'AddressStreet',
      city: 'AddressCity',
      state: 'AddressState',
      zipCode: 'AddressZipCode',
      country: 'AddressCountryRegionISOCode',
    }),
    constant('CustomerGroupId', '10', 'sourced'),
    constant('LanguageId', 'en-us', 'sourced'),
    chosen('SiteId'),
    chosen('WarehouseId'),
    constant('IsExternallyMaintained', 'Yes', 'sourced'),
  ]
}
