/** Where the work was ended, and what that means. */
const meanings = {
  border: 'Stopped at a batch border. Run the same command again to go on.',
  statement: 'Stopped; what was not committed is taken back. Run the same command again to go on.',
  question: 'Stopped; nothing was changed.',
} as const

export type StoppedAt = keyof typeof meanings

/** The work was ended from outside, and the database is as its last commit left it. */
export class Stopped extends Error {
  /** 130 or 143. */
  readonly status: number

  constructor(status: number, at: StoppedAt) {
    super(meanings[at])
    this.status = status
  }
}
