import { field } from '../../domain/names.ts'
import { cdsContact } from '../entities/cds-contact.ts'
import { contactPersons } from '../entities/contact-persons.ts'
import { constant, copies, copy, mapped, type Template } from '../template.ts'
import {
  addressToCds,
  addressToFinance,
  company,
  contactPermissions,
  genderNames,
  genders,
  maritalStatuses,
  origin,
  status,
} from './shared.ts'

/** Contacts (Sales to Fin and Ops): contacts without sales activity, under an account. */
export const contacts: Template = {
  name: 'contacts',
  displayName: 'Contacts (Sales to Fin and Ops)',
  task: 'Contacts',
  legs: [
    {
      name: 'source-cds',
      source: 'contact',
      number: field.contactNumber,
      filter: { [field.isActiveCustomer]: false, [field.isCompanyAnAccount]: true },
      target: cdsContact,
      maps: [
        ...origin,
        copy(field.contactNumber, 'ContactId', 'pattern'),
        copy('parentcustomerid.accountnumber', 'PrimaryAccount_AccountId', 'pattern'),
        constant(
          'PrimaryAccount_Organization_OrganizationId',
          { setting: 'organization.cds' },
          'sourced',
        ),
        ...copies(
          {
            firstname: 'Name_GivenName',
            middlename: 'Name_MiddleName',
            lastname: 'Name_Surname',
          },
          'inferred',
        ),
        copy('fullname', 'FullName', 'inferred', { truncate: 128 }),
        constant('PartyType', 'Person', 'inferred'),
        mapped(
          'accountrolecode',
          'PrimaryAccountRole',
          { kind: 'valueMap', values: { 1: 'DecisionMaker', 2: 'Employee', 3: 'Influencer' } },
          'inferred',
        ),
        status,
        copy('emailaddress1', 'EmailPrimary', 'inferred'),
        copy('telephone1', 'PhoneBusiness', 'inferred'),
        copy('telephone1', 'PhonePrimary', 'inferred'),
        ...copies(
          {
            mobilephone: 'PhoneCell',
            telephone2: 'PhoneHome',
            jobtitle: 'Profession',
            department: 'Department',
            governmentid: 'GovernmentIdentifier',
            websiteurl: 'WebsiteURL',
            birthdate: 'Birthdate',
          },
          'inferred',
        ),
        copy('description', 'PersonInformation', 'inferred', { truncate: 2048 }),
        mapped('gendercode', 'Gender', { kind: 'valueMap', values: genders }, 'inferred'),
        mapped(
          'familystatuscode',
          'MaritalStatus',
          { kind: 'valueMap', values: maritalStatuses },
          'inferred',
        ),
        ...contactPermissions,
        mapped('donotpostalmail', 'IsPostalMailAllowed', { kind: 'invert' }, 'inferred'),
        ...addressToCds(1, 'BusinessPostalAddress', { parts: 'inferred', country: 'pattern' }),
      ],
    },
    {
      name: 'cds-destination',
      source: 'cds_contact',
      number: 'ContactId',
      filter: {},
      target: contactPersons,
      customer: 'AssociatedPartyNumber',
      maps: [
        company,
        copy('ContactId', 'ContactPersonPartyNumber', 'pattern'),
        copy('PrimaryAccount_AccountId', 'AssociatedPartyNumber', 'pattern'),
        ...copies(
          {
            Name_GivenName: 'FirstName',
            Name_MiddleName: 'MiddleName',
            Name_Surname: 'LastName',
            EmailPrimary: 'PrimaryEmailAddress',
            PhonePrimary: 'PrimaryPhoneNumber',
            Profession: 'EmploymentProfession',
            Department: 'EmploymentDepartment',
            GovernmentIdentifier: 'GovernmentIdentificationNumber',
            PersonInformation: 'Notes',
            WebsiteURL: 'PrimaryURL',
            MaritalStatus: 'MaritalStatus',
          },
          'pattern',
        ),
        copy('PartyType', 'ContactPersonPartyType', 'inferred'),
        copy('PrimaryAccountRole', 'DecisionMakingRoleCode', 'sourced'),
        mapped(
          'Status',
          'IsInactive',
          { kind: 'valueMap', values: { Active: 'No', Inactive: 'Yes' } },
          'inferred',
        ),
        mapped('Gender', 'Gender', { kind: 'valueMap', values: genderNames }, 'inferred'),
        copy('IsPostalMailAllowed', 'IsReceivingDirectMail', 'inferred'),
        ...addressToFinance('BusinessPostalAddress', {
          street: 'PrimaryAddressStreet',
          city: 'PrimaryAddressCity',
          state: 'PrimaryAddressStateId',
          zipCode: 'PrimaryAddressZipCode',
          country: 'PrimaryAddressCountryRegionISOCode',
        }),
        constant('IsContactPersonExternallyMaintained', 'Yes', 'sourced'),
      ],
    },
  ],
}
