import { field } from '../../domain/names.ts'
import { cdsAccount } from '../entities/cds-account.ts'
import { customersV2 } from '../entities/customers-v2.ts'
import { constant, copies, copy, mapped, type Template } from '../template.ts'
import {
  addressToCds,
  contactPermissions,
  customer,
  genderNames,
  genders,
  maritalStatuses,
  origin,
  status,
} from './shared.ts'

/**
 * Contacts to Customer (Sales to Fin and Ops): contacts with sales activity, whatever their
 * company is. A job title has no field in an Account of the Common Data Service and ends there.
 */
export const contactsToCustomer: Template = {
  name: 'contacts-to-customer',
  displayName: 'Contacts to Customer (Sales to Fin and Ops)',
  task: 'ContactToCustomer',
  legs: [
    {
      name: 'source-cds',
      source: 'contact',
      number: field.contactNumber,
      filter: { [field.isActiveCustomer]: true },
      target: cdsAccount,
      maps: [
        ...origin,
        copy(field.contactNumber, 'AccountId', 'sourced'),
        constant('PartyType', 'Person', 'pattern'),
        ...copies(
          {
            firstname: 'PersonName_GivenName',
            middlename: 'PersonName_MiddleName',
            lastname: 'PersonName_Surname',
          },
          'inferred',
        ),
        copy('fullname', 'FullName', 'inferred', { truncate: 128 }),
        mapped('gendercode', 'Gender', { kind: 'valueMap', values: genders }, 'inferred'),
        mapped(
          'familystatuscode',
          'MaritalStatus',
          { kind: 'valueMap', values: maritalStatuses },
          'inferred',
        ),
        status,
        ...copies(
          {
            emailaddress1: 'EmailPrimary',
            telephone1: 'PhonePrimary',
            fax: 'PhoneFax',
            websiteurl: 'WebsiteURL',
          },
          'inferred',
        ),
        copy('description', 'Description', 'inferred', { truncate: 128 }),
        copy('transactioncurrencyid.isocurrencycode', 'SalesCurrencyCode', 'pattern'),
        ...contactPermissions,
        ...addressToCds(1, 'MailingPostalAddress', { parts: 'inferred', country: 'inferred' }),
      ],
    },
    {
      name: 'cds-destination',
      source: 'cds_account',
      number: 'AccountId',
      filter: {},
      target: customersV2,
      oneOf: ['PersonFirstName', 'PersonMiddleName', 'PersonLastName'],
      maps: [
        ...customer({}),
        ...copies(
          {
            PersonName_GivenName: 'PersonFirstName',
            PersonName_MiddleName: 'PersonMiddleName',
            PersonName_Surname: 'PersonLastName',
            MaritalStatus: 'PersonMaritalStatus',
          },
          'pattern',
        ),
        mapped('Gender', 'PersonGender', { kind: 'valueMap', values: genderNames }, 'pattern'),
        constant('AddressLocationRoles', 'Business', 'pattern'),
      ],
    },
  ],
}
