import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../src/load-config.ts'
import { freshFolder } from './support/database.ts'

t.test(
  'values of Finance come from CSV files beside the configuration, after those in it',
  async t => {
    const folder = freshFolder(t)
    const file = join(folder, 'p2c.config.json')
    const reference = { customerGroups: ['10'], sites: ['1'] }
    const referenceFiles = { customerGroups: 'groups.csv', countries: 'countries.csv' }
    writeFileSync(file, JSON.stringify({ sync: { reference, referenceFiles } }))
    const groups = ['CUSTOMERGROUPID,DESCRIPTION', '20,Wholesale', ',none', '"3,0","a ""b"', '']
    writeFileSync(join(folder, 'groups.csv'), groups.join('\r\n').replace('b"', 'b"""'))
    const utf16 = Buffer.from('\uFEFFCOUNTRYREGIONID\nUSA\nDEU\n', 'utf16le')
    writeFileSync(join(folder, 'countries.csv'), utf16)
    t.match((await loadConfig({ file })).sync.reference, {
      customerGroups: ['10', '20', '3,0'],
      countries: ['USA', 'DEU'],
      sites: ['1'],
      warehouses: [],
    })
  },
)

t.test('a file that is not there, or broken, is named', async t => {
  const folder = freshFolder(t)
  const file = join(folder, 'p2c.config.json')
  writeFileSync(file, JSON.stringify({ sync: { referenceFiles: { sites: 'sites.csv' } } }))
  await t.rejects(loadConfig({ file }), { code: 'CSV_UNREADABLE', exit: 2, message: /sites\.csv/ })
  writeFileSync(join(folder, 'sites.csv'), 'SITEID,NAME\n1\n')
  await t.rejects(loadConfig({ file }), { code: 'CONFIG_INVALID', message: /sites\.csv, line 2/ })
  writeFileSync(file, JSON.stringify({ sync: { referenceFiles: { towns: 'towns.csv' } } }))
  await t.rejects(loadConfig({ file }), { code: 'CONFIG_INVALID', message: /towns/ })
})
