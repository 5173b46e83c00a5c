import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { configSchema, loadConfig, type ConfigSources } from '../src/config.ts'
import { P2cError } from '../src/errors.ts'
import { withoutPassword } from '../src/password.ts'
import { freshFolder, type Teardown } from './support/database.ts'

function fileWith(t: Teardown, content: string | object): string {
  const file = join(freshFolder(t), 'p2c.config.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

function refusal(sources: ConfigSources): P2cError {
  try {
    loadConfig(sources)
  } catch (error) {
    if (error instanceof P2cError) return error
    throw error
  }
  throw new Error('it was taken')
}

t.test('nothing said: every setting has its default', t => {
  const config = loadConfig({ file: false })
  t.match(config, {
    database: 'sqlite:data/sales.sqlite',
    schema: 'public',
    numbering: {
      alphabet: 'BCDFGHJKLMNPQRSTVWXYZ',
      contact: { format: 'CON-{SEQNUM:5}-{RANDSTRING:6}', seed: 1000 },
      account: { format: 'ACC-{SEQNUM:5}-{RANDSTRING:6}', seed: 1000 },
    },
    tables: { contact: 'contact', salesorder: 'salesorder' },
    columns: { contactNumber: 'msdynce_contactnumber' },
    activity: { documents: ['quote', 'salesorder', 'invoice'], manyToMany: false },
    workers: 2,
    organization: { cds: 'ORG001', company: 'usmf' },
    sync: { currency: 'USD', reference: { countries: [] } },
  })
  t.same(config.batch, {}, 'the pace chooses')
  t.end()
})

t.test('option goes before environment, environment before file, file before default', t => {
  const file = fileWith(t, {
    database: 'sqlite:file',
    schema: 'file',
    workers: 3,
    batch: { rows: 5 },
  })
  const env = { P2C_DATABASE: 'sqlite:env', P2C_SCHEMA: 'env' }
  const options = { database: 'sqlite:option', batch: { targetMs: 100 } }
  t.match(loadConfig({ file, env, options }), {
    database: 'sqlite:option',
    schema: 'env',
    workers: 3,
  })
  t.same(loadConfig({ file, env, options }).batch, { rows: 5, targetMs: 100 }, 'key by key')
  t.match(loadConfig({ file, env }), { database: 'sqlite:env', schema: 'env' })
  t.match(loadConfig({ file }), { database: 'sqlite:file', schema: 'file' })
  t.match(loadConfig({ file, options: { database: undefined } }), { database: 'sqlite:file' })
  t.match(loadConfig({ file, env: { P2C_DATABASE: '' } }), { database: 'sqlite:file' })
  t.end()
})

t.test('a file may begin with a byte order mark and name its schema', t => {
  const file = fileWith(t, '\uFEFF{ "$schema": "./p2c.schema.json", "workers": 7 }')
  t.equal(loadConfig({ file }).workers, 7)
  t.end()
})

t.test('a wrong setting is refused, naming the key and its value', t => {
  const wrong: [settings: object, key: string, found: string][] = [
    [{ databse: 'sqlite:x' }, 'databse', '"sqlite:x"'],
    [{ workers: 1, numbering: { contact: { sead: 7 } } }, 'numbering.contact.sead', '7'],
    [{ workers: 'two' }, 'workers', '"two"'],
    [{ workers: 0 }, 'workers', '0'],
    [{ batch: { rows: 1.5 } }, 'batch.rows', '1.5'],
    [{ numbering: { contact: { seed: -1 } } }, 'numbering.contact.seed', '-1'],
    [{ numbering: { contact: { seed: 1_000_000_000 } } }, 'numbering.contact.seed', '1000000000'],
    [{ numbering: { alphabet: 'ABA' } }, 'numbering.alphabet', '"ABA"'],
    [{ numbering: { alphabet: 'abc' } }, 'numbering.alphabet', '"abc"'],
    [
      { numbering: { contact: { format: 'ACC-{SEQNUM:5}-{RANDSTRING:6}' } } },
      'numbering',
      '{SEQNUM:5}',
    ],
    [{ tables: { contact: '' } }, 'tables.contact', '""'],
    [{ tables: { contact: 'Account' } }, 'tables', '"Account"'],
    [{ columns: { contactNumber: 'n', isActiveCustomer: 'N' } }, 'columns', '"n"'],
    [{ activity: { documents: [] } }, 'activity.documents', '[]'],
    [{ activity: { documents: ['lead'] } }, 'activity.documents.0', '["lead"]'],
    [{ activity: { manyToMany: 'yes' } }, 'activity.manyToMany', '"yes"'],
    [{ organization: { company: 'toolong' } }, 'organization.company', '"toolong"'],
    [{ sync: { currency: 'usd' } }, 'sync.currency', '"usd"'],
    [{ sync: { templates: { acounts: {} } } }, 'sync.templates.acounts', '{}'],
    [
      { sync: { templates: { contacts: { truncate: { FullName: 0 } } } } },
      'sync.templates.contacts.truncate.FullName',
      '0',
    ],
  ]
  for (const [settings, key, found] of wrong) {
    const error = refusal({ file: fileWith(t, settings) })
    t.match(error, { code: 'CONFIG_INVALID', exit: 2 }, key)
    t.ok(error.message.includes(`"${key}"`), error.message)
    t.ok(error.message.includes(found), error.message)
  }
  t.match(
    refusal({ options: { workers: 0 }, file: false }),
    { code: 'CONFIG_INVALID' },
    'an option',
  )
  t.end()
})

t.test('a file that is missing or no JSON object is refused by its name', t => {
  const missing = join(freshFolder(t), 'none.json')
  const files = [missing, fileWith(t, '{ "workers": 2, }'), fileWith(t, '[]'), fileWith(t, 'null')]
  for (const file of files) {
    const error = refusal({ file })
    t.match(error, { code: 'CONFIG_UNREADABLE', exit: 2 })
    t.ok(error.message.includes(file))
  }
  t.end()
})

t.test('no complaint shows a password', t => {
  const secret = 'geh/e:i@m'
  const url = `postgres://anna:${secret}@host/sales`
  const complaints = [
    refusal({ file: fileWith(t, { datbase: url }) }),
    refusal({ file: fileWith(t, { database: { url } }) }),
    refusal({ file: fileWith(t, `{ "database": "${url}" "workers": 2 }`) }),
    refusal({ file: fileWith(t, `"${url}`) }),
    refusal({ file: fileWith(t, url) }),
  ]
  for (const { message, stack = '', cause } of complaints) {
    t.notMatch(message, /geh|e:i|i@m/)
    t.notMatch(stack, /geh|e:i|i@m/)
    t.equal(cause, undefined)
  }
  t.equal(withoutPassword(url), 'postgres://anna:***@host/sales')
  t.equal(
    withoutPassword('postgres://host/sales?user=a&password=b&x=1'),
    'postgres://host/sales?user=a&password=***&x=1',
  )
  t.equal(withoutPassword('sqlite:data/sales.sqlite'), 'sqlite:data/sales.sqlite')
  t.end()
})

t.test('a configuration cannot be changed', t => {
  const config = loadConfig({ file: false })
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(frozen))
  t.ok(frozen(config))
  t.end()
})

t.test('p2c.schema.json is that of the settings; "npm run schema" makes it', t => {
  const shipped: unknown = JSON.parse(
    readFileSync(new URL('../p2c.schema.json', import.meta.url), 'utf8'),
  )
  t.same(shipped, {
    ...z.toJSONSchema(configSchema, { io: 'input' }),
    title: 'Configuration of p2c',
  })
  t.end()
})
