import type { Rule } from '../rule.ts'

/**
 * The new columns, the targets and the journal together take about as much room as the Sales
 * tables do, and the write-ahead log and sorting take some more while the upgrade runs.
 */
const roomNeeded = 1.5

/** A full disk costs nothing but time: the upgrade stops and goes on. So it only warns. */
export const diskSpaceLow: Rule = {
  severity: 'warning',
  find: async ({ db }) => {
    const space = await db.dialect.diskSpace(db)
    if (!space || space.freeBytes >= roomNeeded * space.databaseBytes) return []
    return [
      {
        code: 'DISK_SPACE_LOW',
        severity: 'warning',
        count: 1,
        examples: [
          `free ${mebibytes(space.freeBytes)}, database ${mebibytes(space.databaseBytes)}`,
        ],
        what: `The disk has less free space than ${roomNeeded} times the size of the database`,
        next: 'Make room on the disk; if it should become full, the upgrade stops and can be run again',
      },
    ]
  },
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_048_576)} MiB`
}
