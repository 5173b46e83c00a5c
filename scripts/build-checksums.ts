/**
 * Ships the checksums of the migrations' TypeScript beside their compiled files, so that a database
 * upgraded from source and one upgraded from the build agree on what was applied. Run by the build.
 */
import { writeFile } from 'node:fs/promises'
import { checksumFile, checksumsOf, ownMigrations } from '../src/migration/load.ts'

const checksums = await checksumsOf(ownMigrations)
const target = new URL(`../dist/migrations/${checksumFile}`, import.meta.url)
await writeFile(target, `${JSON.stringify(checksums, null, 2)}\n`)
