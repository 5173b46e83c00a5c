import { atMost, ruled, typed, type Entity } from './entity.ts'

/**
 * Account of the Common Data Service 1.0: organizations and persons. Addresses, names and money
 * are spread over their parts; a lookup is the key of what it points to.
 */
export const cdsAccount: Entity = {
  name: 'Account',
  table: 'cds_account',
  key: ['Organization_OrganizationId', 'AccountId'],
  number: 'AccountId',
  properties: {
    ...typed(
      'String',
      `
        Organization_OrganizationId AccountId AccountGroup BusinessUnit
        CreditLimitAmount_CurrencyCode Description DUNSNumber EmailAlternate EmailPrimary
        FacebookIdentity FreightTerms FullName IndustryCode LinkedInIdentity
        MailingPostalAddress_AddressLine1 MailingPostalAddress_AddressLine2
        MailingPostalAddress_City MailingPostalAddress_State MailingPostalAddress_PostalCode
        MailingPostalAddress_Country OrganizationName OtherPostalAddress_AddressLine1
        OtherPostalAddress_AddressLine2 OtherPostalAddress_City OtherPostalAddress_State
        OtherPostalAddress_PostalCode OtherPostalAddress_Country ParentAccount_AccountId
        PersonInformation PersonName_GivenName PersonName_MiddleName PersonName_Surname Phone01
        Phone02 Phone03 PhoneFax PhonePrimary PrimaryContact_ContactId SalesCurrencyCode SatoriId
        ShippingMethod ShippingPostalAddress_AddressLine1 ShippingPostalAddress_AddressLine2
        ShippingPostalAddress_City ShippingPostalAddress_State ShippingPostalAddress_PostalCode
        ShippingPostalAddress_Country SocialNetwork01 SocialNetwork02 StockExchange StockTicker
        TaxIdentificationIssuer TaxIdentificationNumber TwitterIdentity WebsiteURL
      `,
    ),
    CreditLimitAmount: 'Decimal',
    EmployeeCount: 'Int32',
    Birthdate: 'Date',
    ...typed('Boolean', 'IsEmailContactAllowed IsPhoneContactAllowed'),
    Gender: 'Gender',
    MaritalStatus: 'MaritalStatus',
    PartyType: 'PartyType',
    PaymentTerms: 'PaymentTerms',
    Source: 'Source',
    Status: 'Status',
  },
  rules: {
    ...ruled('IsEmailContactAllowed IsPhoneContactAllowed PartyType Source Status', {
      required: 'sourced',
    }),
    Organization_OrganizationId: { ...atMost(128), required: 'sourced' },
    AccountId: { ...atMost(128), required: 'sourced' },
    ...ruled('FullName OrganizationName Description', atMost(128)),
    ...ruled('PersonName_GivenName PersonName_MiddleName PersonName_Surname', atMost(128)),
    PersonInformation: atMost(2048),
    WebsiteURL: atMost(255),
  },
}
