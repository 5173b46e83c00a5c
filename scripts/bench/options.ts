import { parseArgs } from 'node:util'
import { engines, type Engine } from './arena.ts'
import { skews, type Skew } from './data.ts'

export interface BenchOptions {
  readonly engine: Engine
  /** From the smallest to the largest. */
  readonly contacts: readonly number[]
  readonly runs: number
  /** Who does the job; all whom the engine has where nothing is said. */
  readonly rivals: readonly string[] | undefined
  readonly skew: Skew
  readonly seed: number
  /** Whether the other commands are measured too, beside the upgrade. */
  readonly others: boolean
  /** The file that the result is written to as Markdown. */
  readonly markdown: string | undefined
}

export const usage = `npm run bench -- [options]
  --contacts 100000,1000000    how many contacts, one or several sizes
  --runs 3                     how often everything is measured; medians are shown
  --engine sqlite              sqlite, postgres
  --rivals limit,bare,knex,p2c who does the job, in turn; knex up to 100,000 contacts only;
                               on PostgreSQL single,batches,knex,p2c-1,p2c-2,p2c-4
  --skew none                  ${skews.join(', ')}
  --seed 1                     another number, other data
  --only-migrate               leaves out sync, rollback, import, audit, the start of the command,
                               and on PostgreSQL the writers beside
  --markdown FILE              writes the result as Markdown too`

/** @throws TypeError with a message for whoever typed it */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      contacts: { type: 'string', default: '100000,1000000' },
      runs: { type: 'string', default: '3' },
      engine: { type: 'string', default: engines[0] },
      rivals: { type: 'string' },
      skew: { type: 'string', default: 'none' },
      seed: { type: 'string', default: '1' },
      'only-migrate': { type: 'boolean', default: false },
      markdown: { type: 'string' },
    },
  })
  return {
    contacts: values.contacts
      .split(',')
      .map(text => wholeNumber('--contacts', text))
      .sort((a, b) => a - b),
    runs: wholeNumber('--runs', values.runs),
    engine: oneOf('--engine', engines, values.engine),
    rivals: values.rivals?.split(','),
    skew: oneOf('--skew', skews, values.skew),
    seed: wholeNumber('--seed', values.seed),
    others: !values['only-migrate'],
    markdown: values.markdown,
  }
}

function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new TypeError(`${option} must be a whole number from 1 on; found "${text}"`)
}

/** @throws TypeError with a message for whoever typed it */
export function oneOf<Word extends string>(
  option: string,
  words: readonly Word[],
  text: string,
): Word {
  const found = words.find(word => word === text)
  if (found !== undefined) return found
  throw new TypeError(`${option} must be one of ${words.join(', ')}; found "${text}"`)
}
