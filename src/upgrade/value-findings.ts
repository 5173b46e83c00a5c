import { amount, count } from '../amount.ts'
import { shownExamples, type Finding } from '../check/finding.ts'
import type { Database } from '../database/database.ts'
import { unknownValues, type UnknownValue } from '../sync/unknown-values.ts'

const meanings = {
  COUNTRY_UNKNOWN: {
    what: (rows: number) =>
      `${amount(rows, 'value')} that nobody knows for a country; the default is taken, or the row rejected where "sync.unknownCountry" says so`,
    next: "Correct the country, or add it to the value map of the field in the template's settings",
  },
  REFERENCE_UNKNOWN: {
    what: (rows: number) =>
      `${amount(rows, 'value')} that ${rows === 1 ? 'is' : 'are'} not in the list of "sync.reference"; the sync would reject the row`,
    next: 'Make the value in Finance and Operations and add it to the list, or map it to one that is there',
  },
} as const

/**
 * Values that the sync would stumble over. Every row of the Sales tables counts, since before the
 * upgrade nobody knows yet which template will select it.
 */
export async function valueFindings(db: Database): Promise<Finding[]> {
  const unknown = await unknownValues(db)
  return Object.entries(meanings).flatMap(([code, { what, next }]) => {
    const found = unknown.filter(one => one.code === code)
    const rows = found.reduce((sum, one) => sum + one.rows, 0)
    const examples = [...found].sort((one, other) => other.rows - one.rows).map(inWords)
    return rows === 0
      ? []
      : [
          {
            code,
            severity: 'warning' as const,
            count: rows,
            examples: examples.slice(0, shownExamples),
            what: what(rows),
            next,
          },
        ]
  })
}

function inWords({ where, value, rows }: UnknownValue): string {
  return `${where}: ${JSON.stringify(value)} (${count(rows)})`
}
