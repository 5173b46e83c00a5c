import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../../src/config.ts'
import { compareTemplates, exportTemplate } from '../../src/sync/export-template.ts'
import { projectOf } from '../../src/sync/project.ts'
import { templates } from '../../src/sync/templates/all.ts'
import { p2c } from '../support/command.ts'
import { freshFolder } from '../support/database.ts'

const config = (overrides: object = {}, settings: object = {}) =>
  loadConfig({ options: { ...settings, sync: { templates: overrides } }, file: false })

/** Settings of which each changes some page. */
const settings: Readonly<Record<string, object>> = {
  accounts: {
    defaults: { SiteId: '7', SalesCurrencyCode: 'CHF' },
    add: [{ to: 'DeliveryMode', default: 'Truck' }],
  },
  contacts: {
    valueMaps: {
      PrimaryAccountRole: { 4: 'Employee' },
      BusinessPostalAddress_Country: { Eire: 'IE' },
    },
    omit: ['Notes'],
  },
  'contacts-to-customer': { truncate: { AddressCity: 60 }, valueMaps: { SiteId: { Berlin: '2' } } },
}

for (const template of templates)
  for (const overrides of [{}, settings[template.name] ?? {}])
    t.test(
      `${template.name} with ${JSON.stringify(overrides)}: a file of it is the same project`,
      t => {
        const original = config({ [template.name]: overrides })
        const { maps } = exportTemplate(template, original)
        const again = config({
          [template.name]: { maps: JSON.parse(JSON.stringify(maps)) as object },
        })
        const [one, other] = [original, again].map(each => projectOf(template, each))
        t.same(other, one)
        t.same(compareTemplates(maps, exportTemplate(template, again).maps), [])
        t.end()
      },
    )

t.test('a page says the organization by its setting, so that it can be used elsewhere', t => {
  const [accounts] = templates
  if (!accounts) throw new Error('no template')
  const { maps } = exportTemplate(accounts, config())
  const elsewhere = config(
    { accounts: { maps } },
    { organization: { cds: 'ACME', company: 'dat' } },
  )
  const [toCds, toDestination] = projectOf(accounts, elsewhere).legs
  t.equal(toCds.maps.find(({ to }) => to === 'Organization_OrganizationId')?.default, 'ACME')
  t.equal(toDestination.maps.find(({ to }) => to === 'dataAreaId')?.default, 'dat')
  t.end()
})

t.test('a page that cannot be is refused with what is wrong', t => {
  const [accounts] = templates
  if (!accounts) throw new Error('no template')
  const { maps } = exportTemplate(accounts, config())
  const page = maps['cds-destination']
  const refused = (rows: object[]) => {
    try {
      projectOf(accounts, config({ accounts: { maps: { 'cds-destination': rows } } }))
    } catch (error) {
      return String(error)
    }
    return t.fail('it was taken')
  }
  const without = (field: string) => page.filter(({ to }) => to !== field)
  t.match(refused(without('CustomerAccount')), /"CustomerAccount".*DIPV1004/)
  t.match(
    refused([...without('CustomerAccount'), { to: 'CustomerAccount', from: 'FullName' }]),
    /from AccountId.*DIPV1004/,
  )
  t.match(refused(without('CustomerGroupId')), /"CustomerGroupId".*DIPV1010/)
  t.match(refused([...page, { to: 'NoField', from: 'FullName' }]), /DIPV1024/)
  t.match(refused([...page, { to: 'SiteId', from: 'FullName' }]), /DIPV1026/)
  t.match(refused([...page, { to: 'NameAlias', from: 'Nothing' }]), /DIPV1021/)
  t.end()
})

t.test('the command exports, compares, and takes the file that was edited', async t => {
  const folder = freshFolder(t)
  const exported = await p2c(['template', 'export', 'contacts'], folder)
  t.equal(exported.status, 0)
  const file = join(folder, 'contacts.json')
  writeFileSync(file, exported.stdout)
  t.match(await p2c(['template', 'diff', 'contacts.json'], folder), {
    status: 0,
    stdout: /says what is run now/,
  })
  const edited = exported.stdout.replace('"default": "USA"', '"default": "DEU"')
  writeFileSync(file, edited)
  const diff = await p2c(['template', 'diff', 'contacts.json'], folder)
  t.equal(diff.status, 3)
  t.match(
    diff.stdout,
    /^cds-destination PrimaryAddressCountryRegionISOCode\n {2}- .*"USA".*\n {2}\+ .*"DEU"/,
  )
  writeFileSync(
    join(folder, 'p2c.config.json'),
    JSON.stringify({ sync: { templates: { contacts: { mapsFile: 'contacts.json' } } } }),
  )
  t.match(await p2c(['template', 'diff', 'contacts.json'], folder), { status: 0 })
  t.equal((await p2c(['template', 'export', 'contacts'], folder)).stdout, edited)
  t.match(await p2c(['template', 'diff', 'p2c.config.json'], folder), {
    status: 2,
    stderr: /TEMPLATE_INVALID/,
  })
  writeFileSync(file, '{')
  t.match(await p2c(['template', 'export', 'contacts'], folder), {
    status: 2,
    stderr: /CONFIG_UNREADABLE/,
  })
})
