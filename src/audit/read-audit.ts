import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { exitStatus, P2cError } from '../errors.ts'
import { manifestFile } from './manifest.ts'

const manifestSchema = z.object({
  /** The version of p2c that wrote it. */
  version: z.string(),
  /** Where the database was, without secrets. */
  database: z.string(),
  startedOn: z.string(),
  finishedOn: z.string(),
  /** Formulas are defused. */
  excel: z.boolean(),
  gzip: z.boolean(),
  /** The runs that had been made on the database, oldest first. */
  runs: z.array(z.string()),
  files: z.array(
    z.object({
      name: z.string().regex(/^[\w-]+\.csv(\.gz)?$/),
      rows: z.int(),
      bytes: z.int(),
      sha256: z.string(),
    }),
  ),
})

/** What an audit consists of; `manifest.json`. */
export type Manifest = Readonly<z.infer<typeof manifestSchema>>

/**
 * Reads the manifest and makes sure that every file is the one that it speaks of.
 *
 * @throws P2cError AUDIT_MISSING (exit 2), AUDIT_DAMAGED (exit 2)
 */
export async function readWholeAudit(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder)
  for (const { name, sha256 } of manifest.files) {
    const found = await sha256Of(join(folder, name)).catch((cause: unknown) =>
      damaged(folder, name, cause),
    )
    if (found !== sha256) damaged(folder, name)
  }
  return manifest
}

async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, manifestFile), 'utf8').catch((cause: unknown) => {
    throw new P2cError('AUDIT_MISSING', {
      what: `there is no complete audit in ${folder}`,
      must: `a folder with the ${manifestFile} of "p2c audit export"`,
      found: cause instanceof Error ? cause.message : String(cause),
      next: 'Name the folder of an export with --from',
      exit: exitStatus.usage,
      cause,
    })
  })
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch (cause) {
    return damaged(folder, manifestFile, cause)
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

function damaged(folder: string, file: string, cause?: unknown): never {
  throw new P2cError('AUDIT_DAMAGED', {
    what: `${join(folder, file)} is not the file that was exported`,
    must: 'every file of the audit as it was written, byte by byte',
    found: cause instanceof Error ? cause.message : 'another SHA-256 than the manifest tells',
    next: 'Take the files from a copy that nobody edited, or export anew',
    exit: exitStatus.usage,
    cause,
  })
}
