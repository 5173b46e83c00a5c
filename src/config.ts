import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { exitStatus, P2cError } from './errors.ts'
import { withoutPassword } from './password.ts'

const documents = ['quote', 'salesorder', 'invoice'] as const
const name = z.string().min(1)
const text = z.string().min(1)
const scalar = z.union([z.string(), z.number(), z.boolean()])
const numbering = (format: string) =>
  z
    .strictObject({
      format: text
        .default(format)
        .describe('{SEQNUM:n}, {RANDSTRING:1-6}, {DATETIMEUTC:yyyyMMdd} and literal text'),
      seed: z.int().min(0).max(999_999_999).default(1000).describe('The first number'),
    })
    .prefault({})
const transform = z.discriminatedUnion('transformType', [
  z.strictObject({ transformType: z.literal('Default'), defaultValue: scalar }),
  z.strictObject({ transformType: z.literal('ValueMap'), valueMap: z.record(z.string(), scalar) }),
  z.strictObject({ transformType: z.literal('Truncate'), length: z.int().min(1) }),
])
const row = z.strictObject({
  to: name.describe('destination field'),
  from: z
    .union([name, z.array(name).min(1)])
    .optional()
    .describe('source field; the lines of one text where they are several; none: the default only'),
  valueMap: z.record(z.string(), scalar).optional(),
  country: z.enum(['alpha2', 'alpha3']).optional().describe('Makes an ISO code of a free text'),
  invert: z.literal(true).optional().describe('Yes where the source is no, No where it is yes'),
  default: scalar.optional(),
  setting: z
    .enum(['organization.cds', 'organization.company', 'sync.currency'])
    .optional()
    .describe('the setting that is the default'),
  truncate: z.int().min(1).optional(),
})
const page = z.array(row).min(1).optional()
const overrides = z
  .strictObject({
    defaults: z
      .record(name, scalar)
      .default({})
      .describe('field -> value where the source has none'),
    valueMaps: z
      .record(name, z.record(z.string(), scalar))
      .default({})
      .describe('field -> { source value: destination value }'),
    omit: z.array(name).default([]).describe('destination fields that are not sent'),
    truncate: z.record(name, z.int().min(1)).default({}).describe('field -> longest length'),
    transforms: z
      .record(name, z.array(transform))
      .default({})
      .describe('field -> transforms as the Data Integrator writes them'),
    add: z.array(row).default([]).describe('fields that the template does not fill'),
    maps: z
      .strictObject({ 'source-cds': page, 'cds-destination': page })
      .default({})
      .describe('whole mapping pages in place of those of the template'),
    mapsFile: text
      .optional()
      .describe('a file of "p2c template export" that has the maps; beside the configuration file'),
  })
  .prefault({})
const known = z.array(z.string()).default([])

/** The same for each kind of value that Finance and Operations has lists of. */
function eachReference<Schema>(schema: Schema) {
  return {
    decisionMakingRoles: schema,
    customerGroups: schema,
    currencies: schema,
    countries: schema,
    languages: schema,
    sites: schema,
    warehouses: schema,
  }
}

/** Databases compare names without regard to case. */
const allDiffer = (names: readonly string[]) =>
  new Set(names.map(one => one.toLowerCase())).size === names.length

/** The whole configuration; `p2c.schema.json` is made from it. */
export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors'),
  database: text
    .default('sqlite:data/sales.sqlite')
    .describe('sqlite:PATH or postgres://user:password@host/database'),
  schema: name.default('public').describe('The PostgreSQL schema that holds the Sales tables'),
  numbering: z
    .strictObject({
      alphabet: text
        .regex(/^[A-Z0-9]+$/, 'capital letters and digits')
        .refine(letters => new Set(letters).size === letters.length, 'each letter once')
        .default('BCDFGHJKLMNPQRSTVWXYZ')
        .describe('The letters of {RANDSTRING:n}'),
      contact: numbering('CON-{SEQNUM:5}-{RANDSTRING:6}'),
      account: numbering('ACC-{SEQNUM:5}-{RANDSTRING:6}'),
    })
    // Both become customer accounts in Finance, which have one key.
    .refine(({ contact, account }) => contact.format !== account.format, 'two different formats')
    .prefault({}),
  tables: z
    .strictObject({
      account: name.default('account'),
      contact: name.default('contact'),
      quote: name.default('quote'),
      salesorder: name.default('salesorder'),
      invoice: name.default('invoice'),
    })
    .refine(tables => allDiffer(Object.values(tables)), 'five different tables')
    .prefault({}),
  columns: z
    .strictObject({
      accountNumber: name.default('accountnumber'),
      contactNumber: name.default('msdynce_contactnumber'),
      isActiveCustomer: name.default('msdynce_isactivecustomer'),
      isCompanyAnAccount: name.default('msdynce_iscompanyanaccount'),
    })
    .refine(
      ({ contactNumber, isActiveCustomer, isCompanyAnAccount }) =>
        allDiffer([contactNumber, isActiveCustomer, isCompanyAnAccount]),
      'three different columns of the contact',
    )
    .prefault({}),
  activity: z
    .strictObject({
      documents: z
        .array(z.enum(documents))
        .min(1)
        .default([...documents]),
      manyToMany: z
        .boolean()
        .default(false)
        .describe('Count contactquotes, contactorders and contactinvoices too'),
    })
    .prefault({}),
  batch: z
    .strictObject({
      rows: z.int().min(1).max(1_000_000).optional().describe('Fixed size of a batch'),
      targetMs: z.int().min(10).max(60_000).optional().describe('How long a batch should take'),
    })
    .prefault({}),
  workers: z.int().min(1).max(64).default(2).describe('Connections at work (PostgreSQL)'),
  organization: z
    .strictObject({
      cds: text.max(128).default('ORG001').describe('The CDS organization'),
      company: z
        .string()
        .regex(/^[A-Za-z0-9]{1,4}$/, 'one to four letters or digits')
        .default('usmf')
        .describe('The legal entity (dataAreaId)'),
    })
    .prefault({}),
  sync: z
    .strictObject({
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/, 'an ISO 4217 code')
        .default('USD')
        .describe('Where a customer has none'),
      unknownCountry: z
        .enum(['default', 'reject'])
        .default('default')
        .describe('What becomes of a row whose country nobody knows'),
      templates: z
        .strictObject({
          accounts: overrides,
          contacts: overrides,
          'contacts-to-customer': overrides,
        })
        .prefault({}),
      reference: z
        .strictObject(eachReference(known))
        .prefault({})
        .describe('Values that exist in Finance and Operations; empty: not checked'),
      referenceFiles: z
        .strictObject(eachReference(text.optional()))
        .prefault({})
        .describe('CSV files whose first column has such values; beside the configuration file'),
    })
    .prefault({}),
})

type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T

/** What p2c was told, complete, checked and frozen. */
export type Config = Frozen<z.infer<typeof configSchema>>

export interface ConfigSources {
  /** Values from the command line; they win. */
  readonly options?: Readonly<Record<string, unknown>>
  /** The environment; none where nothing is given. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** A configuration file; false: do not even look for `p2c.config.json`. */
  readonly file?: string | false
}

/**
 * Puts option, environment, file and default together, in this order of precedence.
 *
 * @throws P2cError CONFIG_INVALID (exit 2) naming the key and the value; CONFIG_UNREADABLE
 */
export function loadConfig({ options = {}, env = {}, file }: ConfigSources = {}): Config {
  const path = file ?? 'p2c.config.json'
  const fromFile =
    path === false || (file === undefined && !existsSync(path)) ? {} : readConfigFile(path)
  const merged = [fromFile, fromEnvironment(env), options].reduce(merge, {})
  const given = withMapsFiles(merged, path === false ? '.' : dirname(path))
  const parsed = configSchema.safeParse(given)
  if (parsed.success) return freeze(parsed.data)
  throw invalid(given, parsed.error.issues[0])
}

function invalid(given: object, issue: z.core.$ZodIssue | undefined): P2cError {
  const isUnknown = issue?.code === 'unrecognized_keys'
  const path = [...(issue?.path ?? []), ...(isUnknown ? issue.keys.slice(0, 1) : [])]
  return new P2cError('CONFIG_INVALID', {
    what: `the setting "${path.join('.')}" cannot be used`,
    must: isUnknown ? 'a key that p2c knows' : (issue?.message ?? ''),
    found: withoutPassword(JSON.stringify(valueAt(given, path) ?? null)),
    next: 'Mend it on the command line, in P2C_* or in the configuration file',
    exit: exitStatus.usage,
  })
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): object {
  return {
    ...(env['P2C_DATABASE'] ? { database: env['P2C_DATABASE'] } : {}),
    ...(env['P2C_SCHEMA'] ? { schema: env['P2C_SCHEMA'] } : {}),
  }
}

/** Puts the maps in that a template's `mapsFile` names. */
function withMapsFiles(given: object, folder: string): object {
  const templates = valueAt(given, ['sync', 'templates'])
  if (!isPlain(templates)) return given
  const read = Object.entries(templates).map(([name, overrides]: [string, unknown]) => {
    const file = valueAt(overrides, ['mapsFile'])
    if (!isPlain(overrides) || typeof file !== 'string') return [name, overrides] as const
    const maps = valueAt(readConfigFile(resolve(folder, file)), ['maps'])
    return [name, { ...overrides, maps }] as const
  })
  return merge(given, { sync: { templates: Object.fromEntries(read) } })
}

function readConfigFile(path: string): object {
  try {
    const content: unknown = JSON.parse(readFileSync(resolve(path), 'utf8').replace(/^\uFEFF/, ''))
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content
    throw new SyntaxError('it is not a JSON object')
  } catch (cause) {
    throw new P2cError('CONFIG_UNREADABLE', {
      what: `the configuration file ${path} cannot be read`,
      must: 'a JSON object',
      found: cause instanceof Error ? withoutContent(cause.message) : String(cause),
      next: 'Mend the file or name another with --config',
      exit: exitStatus.usage,
    })
  }
}

/** The parser's message without its quotation of the file, which may hold a password. */
function withoutContent(message: string): string {
  return message.split(/, (?:\.{3})?"/, 1)[0] ?? message
}

function merge(under: object, over: object): object {
  const result: Record<string, unknown> = { ...under }
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue
    const below = result[key]
    result[key] = isPlain(below) && isPlain(value) ? merge(below, value) : value
  }
  return result
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isPlain(inner) ? (inner as Record<PropertyKey, unknown>)[key] : inner),
    value,
  )
}

function freeze<T>(value: T): Frozen<T> {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freeze(inner)
    Object.freeze(value)
  }
  return value as Frozen<T>
}
