import type { Fingerprint } from '../equivalence.ts'
import { results } from '../equivalence.ts'
import { onServer } from './server.ts'

/**
 * A sum of hashes of all rows of the result, by table; without the random letters of numbers. A
 * column without any value counts as one that is not there.
 */
export async function fingerprintOf(url: string): Promise<Fingerprint> {
  const prints: Record<string, string> = {}
  for (const [table, { columns }] of Object.entries(results))
    prints[table] = await printOf(url, table, columns ?? (await filledColumns(url, table)))
  return prints
}

async function filledColumns(url: string, table: string): Promise<string[]> {
  const columns = await onServer<{ name: string }>(
    url,
    `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '${table}'`,
  )
  const counts = columns.map(({ name }) => `count("${name}") AS "${name}"`)
  const [filled = {}] = await onServer<Record<string, string>>(
    url,
    `SELECT ${counts.join()} FROM ${table}`,
  )
  return Object.keys(filled)
    .filter(name => filled[name] !== '0')
    .sort()
}

async function printOf(url: string, table: string, columns: readonly string[]): Promise<string> {
  const row = `jsonb_build_array(${columns.map(name => `"${name}"`).join()})::text`
  const plain = String.raw`regexp_replace(${row}, '"((?:CON|ACC)-\d{5,}-)[A-Z]{6}"', '"\1"', 'g')`
  const [print] = await onServer<{ rows: string; hash: string }>(
    url,
    `SELECT count(*) AS rows, sum(hashtextextended(${plain}, 0)::numeric) AS hash FROM ${table}`,
  )
  return `${columns.join()} ${print?.rows ?? ''} ${print?.hash ?? ''}`
}
