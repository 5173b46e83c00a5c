import type { Database } from './database.ts'

/** Whether all triggers are there, and fire, that note which accounts and contacts were written. */
export function notesChanges(db: Database): Promise<boolean> {
  const triggers = new Set(db.dialect.changeTracking(db).map(object => object.name))
  return db.dialect.hasTriggers(db, [...triggers])
}
