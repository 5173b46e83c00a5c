import type { Database } from '../database/database.ts'
import { factsOf } from './facts.ts'
import { findContact } from './find-contact.ts'
import { historyOf } from './history.ts'
import { leftBehindBy, legsOf } from './legs.ts'
import type { ContactStory } from './story.ts'

/**
 * The whole story of one contact. Only reads; before the upgrade it tells what the upgrade would do.
 *
 * @param wanted a GUID, a contact number, or a name or a part of one
 * @throws P2cError CONTACT_UNKNOWN, CONTACT_AMBIGUOUS (both exit 2)
 */
export async function explainContact(db: Database, wanted: string): Promise<ContactStory> {
  const found = await findContact(db, wanted)
  const { createdOn, ...facts } = await factsOf(db, found)
  const { contact, route } = facts
  return {
    ...facts,
    legs: await legsOf(db, contact, route),
    leftBehind: await leftBehindBy(db, contact, route),
    history: await historyOf(db, contact, createdOn),
  }
}
