/**
 * Ships the checksums of the migrations' TypeScript beside their compiled files, so that a database
 * upgraded from source and one upgraded from the build agree on what was applied. Run by the build;
 * its argument is the folder of a build that is not in `dist`.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checksumFile, checksumsOf, ownMigrations } from '../src/migration/load.ts'

const checksums = await checksumsOf(ownMigrations)
const build = process.argv[2] ?? fileURLToPath(new URL('../dist', import.meta.url))
await writeFile(join(build, 'migrations', checksumFile), `${JSON.stringify(checksums, null, 2)}\n`)
