/** Exit statuses of the command; `docs/commands/` tells them to users. */
export const exitStatus = {
  done: 0,
  failed: 1,
  usage: 2,
  findings: 3,
  refused: 4,
  locked: 5,
} as const

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus]

export interface Complaint {
  /** What is wrong, naming the file, line, column, table or key concerned. */
  readonly what: string
  /** What must be instead. */
  readonly must?: string
  /** What was found. Never a password. */
  readonly found?: string
  /** What to do next. */
  readonly next?: string
  /** The exit status; failed (1) where nothing is said. */
  readonly exit?: ExitStatus
  readonly cause?: unknown
  /** The same for programs, where there is more to tell than a sentence holds. */
  readonly details?: unknown
}

/**
 * The one error that p2c throws on purpose. Its message reads
 * `CODE: what is wrong: what must be; what was found. What to do next.`
 * Tests and scripts rely on `code`, never on the words.
 */
export class P2cError extends Error {
  readonly code: string
  readonly exit: ExitStatus
  readonly details: unknown

  constructor(code: string, complaint: Complaint) {
    super(sentence(code, complaint), { cause: complaint.cause })
    this.name = 'P2cError'
    this.code = code
    this.exit = complaint.exit ?? exitStatus.failed
    this.details = complaint.details
  }
}

function sentence(code: string, { what, must, found, next }: Complaint): string {
  const facts = [must, found].filter(Boolean).join('; ')
  const complaint = facts ? `${what}: ${facts}` : what
  return `${code}: ${complaint}.${next ? ` ${next}.` : ''}`
}
