import { field } from '../../domain/names.ts'
import { cdsAccount } from '../entities/cds-account.ts'
import { customersV2 } from '../entities/customers-v2.ts'
import { constant, copy, type Template } from '../template.ts'
import {
  addressToCds,
  addressToFinance,
  contactPermissions,
  customer,
  origin,
  status,
} from './shared.ts'

/**
 * Accounts (Sales to Fin and Ops). Payment, freight and delivery terms, shipping method and
 * delivery mode are left out on purpose, as the template leaves them out.
 */
export const accounts: Template = {
  name: 'accounts',
  displayName: 'Accounts (Sales to Fin and Ops)',
  task: 'Accounts - Account - Customers',
  legs: [
    {
      name: 'source-cds',
      source: 'account',
      number: field.accountNumber,
      filter: {},
      target: cdsAccount,
      maps: [
        ...origin,
        copy(field.accountNumber, 'AccountId', 'pattern'),
        copy('name', 'FullName', 'inferred', { truncate: 128 }),
        copy('name', 'OrganizationName', 'inferred', { truncate: 128 }),
        constant('PartyType', 'Organization', 'inferred'),
        status,
        copy('description', 'Description', 'inferred', { truncate: 128 }),
        copy('emailaddress1', 'EmailPrimary', 'inferred'),
        copy('telephone1', 'PhonePrimary', 'inferred'),
        copy('fax', 'PhoneFax', 'inferred'),
        copy('websiteurl', 'WebsiteURL', 'inferred'),
        copy('numberofemployees', 'EmployeeCount', 'inferred'),
        copy('creditlimit', 'CreditLimitAmount', 'inferred'),
        copy('transactioncurrencyid.isocurrencycode', 'CreditLimitAmount_CurrencyCode', 'pattern'),
        copy('transactioncurrencyid.isocurrencycode', 'SalesCurrencyCode', 'pattern'),
        ...contactPermissions,
        ...addressToCds(1, 'MailingPostalAddress', { parts: 'pattern', country: 'pattern' }),
        ...addressToCds(2, 'ShippingPostalAddress', { parts: 'inferred', country: 'inferred' }),
      ],
    },
    {
      name: 'cds-destination',
      source: 'cds_account',
      number: 'AccountId',
      filter: {},
      target: customersV2,
      oneOf: ['OrganizationName'],
      maps: [
        ...customer({ SiteId: '1', WarehouseId: '13' }),
        copy('OrganizationName', 'OrganizationName', 'pattern'),
        copy('EmployeeCount', 'OrganizationNumberOfEmployees', 'pattern'),
        copy('CreditLimitAmount', 'CreditLimit', 'pattern'),
        ...addressToFinance('ShippingPostalAddress', {
          street: 'DeliveryAddressStreet',
          city: 'DeliveryAddressCity',
          state: 'DeliveryAddressState',
          zipCode: 'DeliveryAddressZipCode',
          country: 'DeliveryAddressCountryRegionISOCode',
        }),
      ],
    },
  ],
}
