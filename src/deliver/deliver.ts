import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noteDelivery } from '../database/deliveries.ts'
import type { Database } from '../database/database.ts'
import { now, type Run } from '../database/history.ts'
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
 * @throws P2cError UPGRADE_UNFINISHED, UNDO_UNSUPPORTED, FOLDER_UNWRITABLE (exit 2),
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
  await prepareFolder(out)
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
    await writeDocument(out, 'manifest.json', `${JSON.stringify(manifest, null, 2)}\n`)
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
      return Promise.resolve(finopsPlan(db))
    case 'dataverse':
      return undo ? dataverseUndoPlan(db) : dataversePlan(db)
    case 'dual-write':
      return Promise.resolve(dualWritePlan(db))
  }
}

/** What was written since the last sync is not in the targets yet. */
async function* warnOfChanges(db: Database): Work<undefined> {
  const changed = await db.row<{ n: number }>(sql`SELECT count(*) AS n FROM p2c_changed_row`)
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

async function prepareFolder(out: string): Promise<void> {
  await mkdir(out, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new P2cError('FOLDER_UNWRITABLE', {
      what: `nothing can be delivered into ${out}`,
      must: 'a folder that this user may make, or write into',
      found: cause instanceof Error ? cause.message : String(cause),
      next: 'Name another folder with --out',
      exit: exitStatus.usage,
      cause,
    })
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
