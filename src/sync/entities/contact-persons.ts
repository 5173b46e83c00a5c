import { atMost, probablyAtMost, ruled, typed, type Entity } from './entity.ts'

/** CDS Contacts of Finance and Operations, as its OData metadata has them. */
export const contactPersons: Entity = {
  name: 'CDSContactPersons',
  table: 'finops_cdscontactpersons',
  key: ['dataAreaId', 'ContactPersonPartyNumber', 'AssociatedPartyNumber'],
  number: 'ContactPersonPartyNumber',
  properties: {
    ...typed(
      'String',
      `
        dataAreaId ContactPersonPartyNumber AssociatedPartyNumber ContactPersonPartyType
        ContactPersonResponsiblePersonnelNumber DecisionMakingRoleCode EmploymentDepartment
        EmploymentProfession FirstName GovernmentIdentificationNumber LastName MiddleName Notes
        PrimaryAddressCity PrimaryAddressCountryRegionISOCode PrimaryAddressCountryRegionId
        PrimaryAddressCountyId PrimaryAddressDescription PrimaryAddressLocationRoles
        PrimaryAddressStateId PrimaryAddressStreet PrimaryAddressStreetNumber
        PrimaryAddressZipCode PrimaryEmailAddress PrimaryFacebook PrimaryFaxNumber PrimaryLinkedIn
        PrimaryPhoneNumber PrimaryTwitter PrimaryURL SpouseName
      `,
    ),
    ...typed(
      'NoYes',
      `
        IsContactPersonExternallyMaintained IsInactive IsReceivingDirectMail
      `,
    ),
    ...typed(
      'Int32',
      `
        BirthDay BirthYear
      `,
    ),
    Gender: 'Gender',
    MaritalStatus: 'DirPersonMaritalStatus',
    BirthMonth: 'MonthsOfYear',
  },
  rules: {
    dataAreaId: { ...atMost(4), required: 'sourced' },
    // A contact's number becomes a customer account as soon as the contact is a customer.
    ContactPersonPartyNumber: { ...atMost(20), required: 'sourced' },
    AssociatedPartyNumber: { ...atMost(20), required: 'sourced' },
    PrimaryAddressCountryRegionISOCode: { required: 'sourced', reference: 'countries' },
    DecisionMakingRoleCode: { reference: 'decisionMakingRoles' },
    PrimaryAddressCity: probablyAtMost(60),
    PrimaryAddressStreet: probablyAtMost(250),
    ...ruled('PrimaryAddressZipCode PrimaryAddressStateId', probablyAtMost(10)),
    ...ruled('PrimaryEmailAddress PrimaryPhoneNumber PrimaryURL', probablyAtMost(255)),
  },
}
