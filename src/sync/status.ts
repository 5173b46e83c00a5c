import type { Counts, Tally } from './execution.ts'
import type { LegName } from './template.ts'

/** As the Data Integrator judges an execution: all records, some of them, none. */
export type SyncStatus = 'Completed' | 'Warning' | 'Error'

export interface LegResult extends Counts {
  readonly leg: LegName
}

const legNames = ['source-cds', 'cds-destination'] as const

/** What an execution did in both legs, in their order. */
export function legResults({ legs }: Tally): LegResult[] {
  return legNames.map(leg => ({ leg, ...legs[leg] }))
}

/** How an execution that is finished is judged. */
export function statusOf({ legs }: Tally): SyncStatus {
  const isWhole = legNames.every(leg => legs[leg].rejected === 0)
  if (isWhole) return 'Completed'
  const { inserted, updated, unchanged } = legs['cds-destination']
  return inserted + updated + unchanged > 0 ? 'Warning' : 'Error'
}
