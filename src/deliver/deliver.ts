import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder } from '../csv/folder.ts'
import { noteDelivery } from '../database/deliveries.ts'
import type { Database } from '../database/database.ts'
import { now, type Run } from '../database/history.ts'
import { notes } from '../database/notes-changes.ts'
import { recorded } from '../database/run.ts'
import { sql } from '../domain/sql.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { Work } from '../events.ts'
import { mustBeUpgraded } from '../migration/upgraded.ts'
import { version } from '../version.ts'
import { compareSheet } from './compare-sheet.ts'
import { dataversePlan, dataverseUndoPlan } from './dataverse.ts'
import { dualWritePlan } from './dual-write.ts'
import { finopsPlan } from './finops.ts'
import type { DeliveryPlan } from './sheet.ts'
import { writeSheet, type DeliveredFile } from './write-sheet.ts'

/** The file of a delivery that says what belongs to it, written last. */
const manifestFile = 'manifest.json'

export const deliveryKinds = ['finops', 'dataverse', 'dual-write'] as const
export type DeliveryKind = (typeof deliveryKinds)[number]

export interface DeliverOptions {
  readonly kind: DeliveryKind
  /** The folder; it is made where there is none. */
  readonly out: string
  /** What takes a delivery back; of `dataverse` only. */
  readonly undo?: boolean
}

/** `manifest.json`: what was delivered. */
export interface DeliveryManifest {
  readonly version: string
  readonly database: string
  readonly runId: string
  readonly kind: DeliveryKind
  readonly undo: boolean
  readonly writtenOn: string
  readonly files: readonly DeliveredFile[]
  /** Files that say something about these. */
  readonly documents: readonly string[]
  readonly instructions: readonly string[]
}

/**
 * Writes files to be handed over, reads them back and compares them with the database, and notes
 * that they were made. All show the database at one moment.
 *
 * @throws P2cError UPGRADE_UNFINISHED, UNDO_UNSUPPORTED, FOLDER_UNWRITABLE, FOLDER_TAKEN (exit 2),
 * FILE_UNWRITABLE, DELIVERY_DAMAGED
 */
export async function* deliver(db: Database, options: DeliverOptions): Work<DeliveryManifest> {
  const { kind, undo = false } = options
  const command = `deliver ${kind}${undo ? ' --undo' : ''}`

  async function* before(): Work<undefined> {
    if (undo && kind !== 'dataverse') throw undoUnsupported(kind)
    await mustBeUpgraded(db, 'there is nothing to deliver yet')
  }
  return yield* recorded(db, command, run => write(db, run, options), { before })
}

async function* write(
  db: Database,
  run: Run,
  { kind, out, undo = false }: DeliverOptions,
): Work<DeliveryManifest> {
  await makeFolder(out, 'nothing can be delivered')
  await removeEarlier(out)
  yield* warnOfChanges(db)
  const snapshot = await db.snapshot()
  try {
    const { sheets, documents, instructions } = await planOf(snapshot, kind, undo)
    const files: DeliveredFile[] = []
    for (const sheet of sheets) {
      const written = yield* writeSheet(snapshot, sheet, out)
      await compareSheet(snapshot, sheet, out, written)
      files.push(...written)
    }
    for (const [name, text] of Object.entries(documents)) await writeDocument(out, name, text)
    const manifest: DeliveryManifest = {
      version,
      database: db.identity,
      runId: run.id,
      kind,
      undo,
      writtenOn: now(),
      files,
      documents: Object.keys(documents),
      instructions,
    }
    const steps = instructions.map((step, i) => `${i + 1}. ${step}\n`)
    await writeDocument(out, 'README.txt', steps.join(''))
    await writeDocument(out, manifestFile, `${JSON.stringify(manifest, null, 2)}\n`)
    const rows = files.reduce((sum, file) => sum + file.rows, 0)
    run.rows += rows
    await noteDelivery(db, run, { kind: undo ? `${kind} --undo` : kind, folder: out, rows })
    return manifest
  } finally {
    await snapshot.close()
  }
}

function planOf(db: Database, kind: DeliveryKind, undo: boolean): Promise<DeliveryPlan> {
  switch (kind) {
    case 'finops':
      return finopsPlan(db)
    case 'dataverse':
      return undo ? dataverseUndoPlan(db) : dataversePlan(db)
    case 'dual-write':
      return Promise.resolve(dualWritePlan(db))
  }
}

/** What was written since the last sync is not in the targets yet. */
async function* warnOfChanges(db: Database): Work<undefined> {
  const changed = await db.row<{ n: number }>(
    sql`SELECT count(*) AS n FROM (SELECT DISTINCT table_name, row_key FROM (${notes}) AS noted) AS rows`,
  )
  const count = Number(changed?.n ?? 0)
  if (count === 0) return
  yield {
    type: 'warning',
    code: 'SYNC_PENDING',
    message: `${count} contacts or accounts were written since the last sync; run "p2c sync" first to have them delivered as they are now`,
  }
}

async function writeDocument(out: string, name: string, text: string): Promise<void> {
  await writeFile(join(out, name), text, { mode: 0o600 })
}

/**
 * Removes what an earlier delivery left in the folder: files that this one may not write again.
 *
 * @throws P2cError FOLDER_TAKEN (exit 2) where the folder is that of something else
 */
async function removeEarlier(out: string): Promise<void> {
  const path = join(out, manifestFile)
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return
  const earlier = deliveryOf(text)
  if (earlier === null) throw folderTaken(out)
  await rm(path)
  for (const { name } of earlier.files) await rm(join(out, name), { force: true })
}

const manifestSchema = z.object({
  kind: z.enum(deliveryKinds),
  files: z.array(z.object({ name: z.string().regex(/^[\w-]+\.(csv|zip)$/) })),
})

/** null where the text is no manifest of a delivery. */
function deliveryOf(text: string): z.infer<typeof manifestSchema> | null {
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function folderTaken(out: string): P2cError {
  return new P2cError('FOLDER_TAKEN', {
    what: `nothing can be delivered into ${out}`,
    must: 'an empty folder, or that of an earlier delivery',
    found: `a ${manifestFile} that is none of a delivery: an audit, for instance`,
    next: 'Name another folder with --out',
    exit: exitStatus.usage,
  })
}

function undoUnsupported(kind: DeliveryKind): P2cError {
  return new P2cError('UNDO_UNSUPPORTED', {
    what: `there is no file that takes a ${kind} delivery back`,
    must: '"dataverse"; what was imported into Finance and Operations is deleted there',
    found: kind,
    next: 'Leave --undo out',
    exit: exitStatus.usage,
  })
}
