import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { P2cError } from '../errors.ts'
import type { Migration, NamedMigration } from './migration.ts'

/** The migrations of this package: beside `src/` in the source, beside `dist/src/` in the build. */
export const ownMigrations = new URL('../../migrations/', import.meta.url)

/** File in which the build keeps the checksums of the sources that it was made from. */
export const checksumFile = 'checksums.json'

/** A migration as its file has it, before it is loaded. */
export interface MigrationFile {
  /** Without extension, so that source and build agree. */
  readonly name: string
  readonly url: URL
  /** SHA-256 of the TypeScript source with LF line ends. */
  readonly checksum: string
}

/** The migrations of a folder in the order of their names; none is loaded. */
export async function listMigrations(folder: URL = ownMigrations): Promise<MigrationFile[]> {
  const files = (await readdir(folder)).filter(isMigrationFile).sort()
  const checksums = await readChecksums(folder)
  return Promise.all(
    files.map(async file => {
      const name = file.replace(/\.[jt]s$/, '')
      const url = new URL(file, folder)
      return { name, url, checksum: checksums[name] ?? checksumOf(await readFile(url, 'utf8')) }
    }),
  )
}

/**
 * Loads the migrations of a folder in the order of their names.
 *
 * @throws P2cError MIGRATION_INVALID where a file has no default export
 */
export async function loadMigrations(folder: URL = ownMigrations): Promise<NamedMigration[]> {
  return Promise.all(
    (await listMigrations(folder)).map(async ({ name, url, checksum }) => {
      const module = (await import(url.href)) as { default?: Migration }
      if (!module.default) {
        throw new P2cError('MIGRATION_INVALID', {
          what: `the migration ${name} cannot be used`,
          must: 'a default export made by defineMigration',
        })
      }
      return { ...module.default, name, checksum }
    }),
  )
}

/** The checksum of a migration's TypeScript source, whatever its line ends. */
export function checksumOf(source: string): string {
  return createHash('sha256').update(source.replace(/\r\n?/g, '\n')).digest('hex')
}

/** Checksums of all migrations of a folder by name, as the build ships them. */
export async function checksumsOf(folder: URL): Promise<Record<string, string>> {
  const files = await listMigrations(folder)
  return Object.fromEntries(files.map(({ name, checksum }) => [name, checksum]))
}

function isMigrationFile(file: string): boolean {
  return /^\d{8}T\d{4}_\w+\.[jt]s$/.test(file)
}

async function readChecksums(folder: URL): Promise<Readonly<Record<string, string>>> {
  try {
    return JSON.parse(await readFile(new URL(checksumFile, folder), 'utf8')) as Record<
      string,
      string
    >
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}
