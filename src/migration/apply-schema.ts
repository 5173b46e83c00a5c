import { withRetries } from '../backfill/retry.ts'
import type { Database } from '../database/database.ts'
import type { LiveDdl } from '../database/dialect.ts'
import type { Run } from '../database/history.ts'
import {
  recordApplied,
  recordBegun,
  recordPhase,
  recordSchema,
  schemaPhase,
  schemaStand,
  type AppliedMigration,
  type SchemaStand,
} from './history.ts'
import type { NamedMigration } from './migration.ts'
import { piecesOf, type Piece } from './pieces.ts'
import {
  allStatements,
  firstOf,
  takingBack,
  type Attempt,
  type Move,
  type SchemaChange,
  type Statements,
} from './schema-change.ts'

/**
 * Makes the schema of a migration and records it: in one transaction, or where others work
 * meanwhile in pieces, of which each is recorded in its own.
 *
 * @param stand how far an earlier run came with the pieces; undefined where none began
 */
export async function applySchema(
  db: Database,
  run: Run,
  migration: NamedMigration,
  stand: SchemaStand | undefined,
): Promise<void> {
  const { schema = [] } = migration
  const { liveDdl } = db.dialect
  if (liveDdl && schema.length > 0) await inPieces(db, run, migration, schema, liveDdl, stand)
  else await atOnce(db, run, migration, schema)
}

async function atOnce(
  db: Database,
  run: Run,
  migration: NamedMigration,
  schema: readonly SchemaChange[],
): Promise<void> {
  await withRetries(db, () =>
    db.transaction(async () => {
      const undo: string[] = []
      // One change after the other: a later one may ask for what an earlier one made.
      for (const change of schema) {
        const moves = await change.moves(db)
        for (const { up } of moves) if (up !== null) await tryOut(db, up)
        undo.unshift(...takingBack(moves))
      }
      await recordApplied(db, run, migration, undo)
    }),
  )
}

async function tryOut(db: Database, up: string | Attempt): Promise<void> {
  if (typeof up === 'string') return db.script(up)
  await db.script('SAVEPOINT p2c_attempt')
  try {
    await db.script(up.attempt)
  } catch (error) {
    if (db.dialect.faultOf(error) !== 'row') throw error
    await db.script('ROLLBACK TO SAVEPOINT p2c_attempt')
    await db.script(up.otherwise)
  }
  await db.script('RELEASE SAVEPOINT p2c_attempt')
}

/**
 * The statements that are left of a migration's schema, and what would take these back.
 *
 * @param applied how far it got; undefined where it was not begun
 */
export async function statementsLeft(
  db: Database,
  { schema = [] }: NamedMigration,
  applied: AppliedMigration | undefined,
): Promise<Statements> {
  const { liveDdl } = db.dialect
  const stand = schemaStand(applied)
  if (!applied || !liveDdl) return allStatements(db, applied ? [] : schema)
  if (!stand) return allStatements(db, [])
  const [next, ...later] = schema.slice(stand.change)
  const pieces = next ? piecesIn(liveDdl, await next.moves(db)) : []
  const here = pieces.slice(stand.piece).flatMap(({ all }) => all)
  return allStatements(db, [{ title: '', moves: () => Promise.resolve(here) }, ...later])
}

function piecesIn(ddl: LiveDdl, moves: readonly Move[]): Piece<Move>[] {
  return piecesOf(ddl, moves, ({ up }) => up && firstOf(up))
}

const schemaStart: SchemaStand = { change: 0, piece: 0, undo: [] }

async function inPieces(
  db: Database,
  run: Run,
  migration: NamedMigration,
  schema: readonly SchemaChange[],
  ddl: LiveDdl,
  stand: SchemaStand | undefined,
): Promise<void> {
  const { name } = migration
  if (stand === undefined) await db.transaction(() => recordBegun(db, run, migration))
  let { change, piece, undo } = stand ?? schemaStart
  for (; change < schema.length; change++, piece = 0) {
    const pieces = piecesIn(ddl, (await schema[change]?.moves(db)) ?? [])
    for (; piece < pieces.length; piece++) {
      const here = pieces[piece]
      if (!here) break
      const back = takingBack(here.all)
      // What stands there already was put there for an index that was begun.
      undo = here.isApart && undo[0] === back[0] ? undo : [...back, ...undo]
      const next = schemaPhase(change, piece + 1)
      if (here.isApart) {
        await db.transaction(() => recordSchema(db, name, schemaPhase(change, piece), undo))
        await makeApart(db, ddl, here)
        await db.transaction(() => recordSchema(db, name, next, undo))
      } else {
        const statements = here.all.flatMap(({ up }) => (up === null ? [] : [firstOf(up)]))
        await ddl.together(db, statements, () => recordSchema(db, name, next, undo))
      }
    }
    await recordPhase(db, name, schemaPhase(change + 1, 0))
  }
  await recordPhase(db, name, 'backfill')
}

async function makeApart(db: Database, ddl: LiveDdl, { all: [move] }: Piece<Move>): Promise<void> {
  const up = move?.up
  if (!up) return
  if (typeof up === 'string') return ddl.apart(db, up)
  try {
    await ddl.apart(db, up.attempt)
  } catch (error) {
    if (db.dialect.faultOf(error) !== 'row') throw error
    await ddl.apart(db, up.otherwise)
  }
}
