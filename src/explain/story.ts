import type { LegName, TemplateName } from '../sync/template.ts'

/** All that is known of one contact, and why it is so. GUIDs are written as they compare. */
export interface ContactStory {
  readonly contact: ContactFacts
  /** null where the contact has no company. */
  readonly company: CompanyFacts | null
  /** What makes a contact an active customer, a kind of document each. */
  readonly documents: readonly DocumentFacts[]
  readonly route: 'customer' | 'contact' | 'skipped'
  /** The code that the audit has: `has-sales-activity`, for instance. */
  readonly reason: string
  /** What the sync makes of it, in the order in which it is done; none where it goes nowhere. */
  readonly legs: readonly LegStory[]
  /** Templates that once delivered this contact and do not select it any more. */
  readonly leftBehind: readonly TemplateName[]
  /** Oldest first. */
  readonly history: readonly HistoryEntry[]
}

export interface ContactFacts {
  readonly id: string
  readonly name: string | null
  /** null before the upgrade. */
  readonly number: string | null
  readonly isActiveCustomer: Flag
  readonly isCompanyAnAccount: Flag
}

/** A flag as the contact has it, and as it should be. */
export interface Flag {
  /** null before the upgrade. */
  readonly is: boolean | null
  readonly shouldBe: boolean
}

export interface CompanyFacts {
  readonly id: string
  /** null where it is neither an account nor a contact that is there. */
  readonly type: 'account' | 'contact' | null
  /** Whether the contact says so, or it was found by the id. */
  readonly isTypeStated: boolean
  /** null where there is no such row, or it has no name. */
  readonly name: string | null
  readonly number: string | null
}

export interface DocumentFacts {
  /** The logical name of the table. */
  readonly table: string
  readonly count: number
  /** The first of them, by their GUIDs. */
  readonly examples: readonly { readonly id: string; readonly number: string | null }[]
}

export interface LegStory {
  readonly template: TemplateName
  readonly task: string
  readonly leg: LegName
  /** As its system names it: `CustomersV2`. */
  readonly entity: string
  readonly key: Readonly<Record<string, Value>>
  /** Whether the target has a record with this key. */
  readonly isThere: boolean
  /** What the last execution made of it: inserted, rejected, …; null where there was none. */
  readonly outcome: string | null
  /** Why it was rejected. */
  readonly rejection: Rejection | null
  readonly fields: readonly FieldStory[]
}

export type Value = string | number | boolean | null

export interface FieldStory {
  readonly to: string
  /** What the mapping gives now. */
  readonly value: Value
  /** What the target has; undefined where it has no record. */
  readonly stored: Value | undefined
  readonly from: readonly { readonly column: string; readonly value: Value }[]
  /** How the value is made of them: `value map`, `default`, …; empty where it is copied. */
  readonly how: readonly string[]
  /** Why it cannot be made. */
  readonly problem: string | null
}

export interface Rejection {
  readonly code: string
  readonly message: string
  readonly on: string
}

export interface HistoryEntry {
  /** ISO 8601 UTC; null where nobody noted when. */
  readonly on: string | null
  readonly what: string
  readonly runId: string | null
}
