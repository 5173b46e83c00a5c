import type { Comparison, Shell } from './comparisons.ts'
import type { Shape } from './data.ts'
import type { Fingerprint } from './equivalence.ts'
import type { Usage } from './measure.ts'
import type { Table } from './table.ts'

export const engines = ['sqlite', 'postgres'] as const
export type Engine = (typeof engines)[number]

/** Where rivals do the same job in turn, each on fresh data: one engine. */
export interface Arena {
  /** Who can be asked to, in turn. */
  readonly rivals: readonly string[]
  /** Whom all are measured against. */
  readonly yardstick: string
  /** The version of the engine. */
  readonly version: string
  /** What is to be known of its figures. */
  readonly notes: readonly string[]
  /** The engine's own shell, without which two comparisons are left out. */
  readonly shell: Shell
  /** Makes the data that all of them get, if it is not there from an earlier bench. */
  prepare(shape: Shape): Promise<void>
  /** Has a rival do the whole job on a copy of the data. */
  run(rival: string): Promise<Usage>
  /** Of what the last rival left. */
  fingerprint(): Promise<Fingerprint>
  /** The rival behind whose run the other commands are measured. */
  readonly upgrader: string
  /** Measures them, and is told what the upgrade took. */
  compare(migrate: Usage): Promise<Comparison[]>
  /** What is measured once, at the end. */
  last(shape: Shape, runs: number): Promise<{ compared: Comparison[]; tables: Table[] }>
  close(): Promise<void>
}
