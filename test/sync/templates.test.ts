import t from 'tap'
import { loadConfig } from '../../src/config.ts'
import { salesTables } from '../../src/domain/sales.ts'
import { field } from '../../src/domain/names.ts'
import { P2cError } from '../../src/errors.ts'
import { contactPersons } from '../../src/sync/entities/contact-persons.ts'
import { customersV2 } from '../../src/sync/entities/customers-v2.ts'
import { projectOf } from '../../src/sync/project.ts'
import { accounts } from '../../src/sync/templates/accounts.ts'
import { templates } from '../../src/sync/templates/all.ts'
import { contacts } from '../../src/sync/templates/contacts.ts'
import { contactsToCustomer } from '../../src/sync/templates/contacts-to-customer.ts'
import { templateNames } from '../../src/sync/template.ts'

const config = (overrides: object = {}, settings: object = {}) =>
  loadConfig({ options: { ...settings, sync: { templates: overrides } }, file: false })

t.test('the entities are as large as their metadata says', t => {
  t.equal(Object.keys(customersV2.properties).length, 257)
  t.equal(Object.keys(contactPersons.properties).length, 39)
  t.end()
})

for (const template of templates) {
  for (const leg of template.legs) {
    t.test(
      `${template.name}, ${leg.name}: fills its entity, each field once, from what is there`,
      t => {
        const filled = leg.maps.map(map => map.to)
        t.same(
          filled.filter(to => !(to in leg.target.properties)),
          [],
          'no field outside the entity',
        )
        t.equal(new Set(filled).size, filled.length, 'no field twice')
        t.same(
          leg.target.key.filter(to => !filled.includes(to)),
          [],
          'the whole key',
        )
        t.same(
          Object.keys(leg.target.rules).filter(to => !(to in leg.target.properties)),
          [],
        )
        const [toCds] = template.legs
        const table = salesTables.find(table => table.name === leg.source)
        const known = table
          ? [...table.columns.map(column => column.name), field.contactNumber]
          : toCds.maps.map(map => map.to)
        const unknown = leg.maps
          .flatMap(map => map.from)
          .filter(from => !from.includes('.') && !known.includes(from))
        t.same(unknown, [], 'no source that is not there')
        t.end()
      },
    )
  }
}

t.test('the templates run in the order of their names in the configuration', t => {
  t.same(
    templates.map(template => template.name),
    templateNames,
  )
  t.same(Object.keys(config().sync.templates), templateNames)
  t.end()
})

t.test('settings of the organization are filled in', t => {
  const project = projectOf(contacts, config({}, { organization: { cds: 'ACME', company: 'dat' } }))
  const value = (leg: 0 | 1, to: string) =>
    project.legs[leg].maps.find(map => map.to === to)?.default
  t.equal(value(0, 'Organization_OrganizationId'), 'ACME')
  t.equal(value(0, 'PrimaryAccount_Organization_OrganizationId'), 'ACME')
  t.equal(value(1, 'dataAreaId'), 'dat')
  t.end()
})

t.test('a default, a value map, a length and an omission change the field that they name', t => {
  const project = projectOf(
    contactsToCustomer,
    config({
      'contacts-to-customer': {
        defaults: { CustomerGroupId: 30, IsExternallyMaintained: false },
        valueMaps: { SiteId: { Berlin: '2' }, 'Account.Gender': { 3: 'Nonspecific' } },
        truncate: { AddressCity: 60 },
        omit: ['WarehouseId'],
      },
    }),
  )
  const [toCds, toDestination] = project.legs
  const map = (to: string) => toDestination.maps.find(map => map.to === to)
  t.equal(map('CustomerGroupId')?.default, 30)
  t.equal(map('IsExternallyMaintained')?.default, 'No')
  t.match(map('SiteId')?.by, { kind: 'choose', values: { Berlin: '2' } })
  t.match(toCds.maps.find(map => map.to === 'Gender')?.by, {
    values: { 1: 'Male', 3: 'Nonspecific' },
  })
  t.equal(map('AddressCity')?.truncate, 60)
  t.equal(map('WarehouseId'), undefined)
  t.end()
})

t.test('a setting for a field that cannot be set is refused', t => {
  const refused = (overrides: object) => {
    try {
      projectOf(accounts, config({ accounts: overrides }))
    } catch (error) {
      if (error instanceof P2cError && error.code === 'CONFIG_INVALID') return error.message
    }
    return t.fail('it was taken')
  }
  t.match(
    refused({ defaults: { CustomerGroup: '10' } }),
    /"CustomerGroup".*a field of Account.*CustomerGroupId/,
  )
  t.match(refused({ omit: ['CustomerAccount'] }), /a field that is no key/)
  t.match(refused({ defaults: { Organization_OrganizationId: 'ACME' } }), /organization.cds/)
  t.match(refused({ valueMaps: { CustomerGroupId: { a: 'b' } } }), /a field that has a source/)
  t.match(refused({ omit: ['Contact.FullName'] }), /a field of Account/)
  t.match(refused({ omit: ['SalesCurrencyCode'] }), /DIPV1010/)
  t.match(refused({ add: [{ to: 'NoField', default: 1 }] }), /DIPV1024/)
  t.match(refused({ add: [{ to: 'CustomerGroupId', default: 1 }] }), /DIPV1026/)
  t.match(refused({ add: [{ to: 'PaymentTerms' }] }), /"from", or "default"; neither/)
  t.match(refused({ add: [{ to: 'PaymentTerms', from: 'NotFilled' }] }), /DIPV1021/)
  t.match(refused({ add: [{ to: 'IndustryCode', from: 'ownerid.name' }] }), /DIPV1021/)
  t.match(refused({ add: [{ to: 'CreditRating', from: ['FullName', 'Nobody'] }] }), /Nobody/)
  t.end()
})

t.test('who omits every name of a person omits too much', t => {
  const names = ['PersonFirstName', 'PersonMiddleName', 'PersonLastName']
  const omitting = (omit: string[]) =>
    projectOf(contactsToCustomer, config({ 'contacts-to-customer': { omit } }))
  t.equal(omitting(names.slice(1)).legs[1].maps.filter(({ to }) => names.includes(to)).length, 1)
  t.throws(() => omitting(names), { code: 'CONFIG_INVALID', message: /DIPV1010/ })
  t.end()
})

t.test('a field that is added is filled as it says, in the leg that has it', t => {
  const { legs } = projectOf(
    accounts,
    config({
      accounts: {
        add: [
          { to: 'PaymentTerms', from: 'PaymentTerms', valueMap: { Net30: '30D' } },
          { to: 'Account.PaymentTerms', from: 'paymenttermscode', valueMap: { 1: 'Net30' } },
          { to: 'NameAlias', from: 'FullName', truncate: 20 },
          { to: 'DeliveryMode', default: 'Truck' },
        ],
      },
    }),
  )
  const added = (at: 0 | 1) => legs[at].maps.slice(accounts.legs[at].maps.length)
  t.same(added(0), [
    {
      to: 'PaymentTerms',
      from: ['paymenttermscode'],
      by: { kind: 'valueMap', values: { 1: 'Net30' } },
      certainty: 'inferred',
    },
  ])
  t.match(added(1), [
    { to: 'PaymentTerms', from: ['PaymentTerms'], by: { kind: 'valueMap' } },
    { to: 'NameAlias', by: { kind: 'copy' }, truncate: 20 },
    { to: 'DeliveryMode', from: [], by: { kind: 'none' }, default: 'Truck' },
  ])
  t.end()
})

t.test('a text does not go into a number', t => {
  const adding = (from: string) =>
    projectOf(contacts, config({ contacts: { add: [{ to: 'BirthYear', from }] } }))
  t.throws(() => adding('FullName'), { code: 'CONFIG_INVALID', message: /DIPV1030/ })
  t.end()
})

t.test('transforms of the Data Integrator say the same as settings', t => {
  const values = { 0: 'Active', 1: 'Inactive' }
  const ofIntegrator = config({
    contacts: {
      transforms: {
        Status: [
          { transformType: 'ValueMap', valueMap: values },
          { transformType: 'Default', defaultValue: 'Active' },
          { transformType: 'Truncate', length: 8 },
        ],
      },
    },
  })
  const ofOurs = config({
    contacts: {
      valueMaps: { Status: values },
      defaults: { Status: 'Active' },
      truncate: { Status: 8 },
    },
  })
  t.same(projectOf(contacts, ofIntegrator), projectOf(contacts, ofOurs))
  t.throws(() => config({ contacts: { transforms: { Status: [{ transformType: 'Query' }] } } }), {
    code: 'CONFIG_INVALID',
  })
  t.end()
})
