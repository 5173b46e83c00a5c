import { atMost, ruled, typed, type Entity } from './entity.ts'

/** Contact of the Common Data Service 1.0, spread as `cdsAccount` is. */
export const cdsContact: Entity = {
  name: 'Contact',
  table: 'cds_contact',
  key: ['Organization_OrganizationId', 'ContactId'],
  number: 'ContactId',
  properties: {
    ...typed(
      'String',
      `
        Organization_OrganizationId ContactId BusinessUnit BusinessPostalAddress_AddressLine1
        BusinessPostalAddress_AddressLine2 BusinessPostalAddress_City BusinessPostalAddress_State
        BusinessPostalAddress_PostalCode BusinessPostalAddress_Country Department Description
        EmailAlternate EmailPrimary FacebookIdentity FullName Generation GovernmentIdentifier
        HomePostalAddress_AddressLine1 HomePostalAddress_AddressLine2 HomePostalAddress_City
        HomePostalAddress_State HomePostalAddress_PostalCode HomePostalAddress_Country
        LinkedInIdentity Name_GivenName Name_MiddleName Name_Surname PersonInformation
        PhoneBusiness PhoneCell PhoneHome PhonePrimary PrimaryAccount_AccountId
        PrimaryAccount_Organization_OrganizationId Profession ShippingPostalAddress_AddressLine1
        ShippingPostalAddress_AddressLine2 ShippingPostalAddress_City ShippingPostalAddress_State
        ShippingPostalAddress_PostalCode ShippingPostalAddress_Country SocialNetwork01
        SocialNetwork02 TwitterIdentity WebsiteURL WorkerResponsible
      `,
    ),
    Birthdate: 'Date',
    ...typed('Boolean', 'IsEmailContactAllowed IsPhoneContactAllowed IsPostalMailAllowed'),
    Gender: 'Gender',
    MaritalStatus: 'MaritalStatus',
    PartyType: 'PartyType',
    PrimaryAccountRole: 'PrimaryAccountRole',
    Source: 'Source',
    Status: 'Status',
  },
  rules: {
    ...ruled('IsEmailContactAllowed IsPhoneContactAllowed PartyType Source Status', {
      required: 'sourced',
    }),
    Organization_OrganizationId: { ...atMost(128), required: 'sourced' },
    ContactId: { ...atMost(128), required: 'sourced' },
    PrimaryAccount_AccountId: { ...atMost(128), required: 'pattern' },
    ...ruled('FullName Department GovernmentIdentifier Profession', atMost(128)),
    ...ruled('Name_GivenName Name_MiddleName Name_Surname', atMost(128)),
    PersonInformation: atMost(2048),
    WebsiteURL: atMost(255),
  },
}
