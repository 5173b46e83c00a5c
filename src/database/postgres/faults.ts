import { exitStatus, P2cError, type Complaint } from '../../errors.ts'
import type { Fault } from '../dialect.ts'

/** What is known of the place where an error happened. Never a password. */
export interface Place {
  readonly identity: string
  readonly schema: string
}

type Tell = (place: Place) => Complaint

const unreachable: [string, Tell] = [
  'DATABASE_UNREACHABLE',
  ({ identity }) => ({
    what: `${identity} cannot be reached`,
    must: 'a PostgreSQL server that answers at this host and port',
    next: 'Look at host and port in the URL, at the network, and whether the server runs',
    exit: exitStatus.usage,
  }),
]

const lost: [string, Tell] = [
  'CONNECTION_LOST',
  ({ identity }) => ({
    what: `the connection to ${identity} was lost`,
    must: 'a connection that lasts as long as the work',
    next: 'Run the same command again; it goes on where it was',
  }),
]

const loginRefused: [string, Tell] = [
  'DATABASE_LOGIN_REFUSED',
  ({ identity }) => ({
    what: `${identity} does not let this user in`,
    must: 'a user and a password that the server accepts',
    next: 'Look at user and password in the URL (or PGPASSWORD), and at pg_hba.conf on the server',
    exit: exitStatus.usage,
  }),
]

const readOnly: [string, Tell] = [
  'DATABASE_READ_ONLY',
  ({ identity }) => ({
    what: `${identity} cannot be written`,
    must: 'a primary server, and a transaction that may write',
    next: 'Name the primary instead of a replica, or look at default_transaction_read_only',
    exit: exitStatus.usage,
  }),
]

/** By SQLSTATE, or by the code of the operating system. */
const complaints: Readonly<Record<string, [code: string, Tell]>> = {
  '28P01': loginRefused,
  '28000': loginRefused,
  '3D000': [
    'DATABASE_MISSING',
    ({ identity }) => ({
      what: `there is no database ${identity}`,
      must: 'an existing database with the Sales tables',
      next: 'Mend its name in the URL, or make it with createdb',
      exit: exitStatus.usage,
    }),
  ],
  '42501': [
    'PERMISSION_MISSING',
    ({ identity }) => ({
      what: `this user lacks a right in ${identity}`,
      must: 'the rights that "p2c check" asks for',
      next: 'Give the user the right, or run as another user',
    }),
  ],
  '25006': readOnly,
  '53100': [
    'DISK_FULL',
    ({ identity }) => ({
      what: `the disk of ${identity} is full`,
      must: 'room for the tables and for the write-ahead log',
      next: 'Make room and run the same command again; it goes on where it was',
    }),
  ],
  '53300': [
    'DATABASE_BUSY',
    ({ identity }) => ({
      what: `${identity} takes no more connections`,
      must: 'room for a handful of connections',
      next: 'Close others, or raise max_connections, and run the same command again',
    }),
  ],
  '55P03': [
    'DATABASE_BUSY',
    ({ identity }) => ({
      what: `another program holds a lock in ${identity}`,
      must: 'a table that others lock only for moments',
      next: 'Look for long transactions in pg_stat_activity, and run the same command again',
    }),
  ],
  '25P03': lost,
  '57P03': unreachable,
  '57P01': lost,
  '57P02': lost,
  '22021': [
    'TEXT_UNSTORABLE',
    ({ identity }) => ({
      what: `a text cannot be stored in ${identity}`,
      must: 'text without the character NUL',
      next: 'Take the character away',
    }),
  ],
  ECONNREFUSED: unreachable,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: unreachable,
  ENOENT: unreachable,
  ECONNRESET: lost,
  EPIPE: lost,
}

/** A fault of PostgreSQL in words that help; any other error as it is. */
export function explain(error: unknown, place: Place): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  if (error instanceof P2cError) return error
  const code = codeOf(error)
  const known = complaints[code] ?? (isLost(error, code) ? lost : undefined)
  if (!known) return error
  const [name, tell] = known
  return new P2cError(name, {
    found: `${code === '' ? '' : `${code}: `}${messageOf(error)}`,
    ...tell(place),
    cause: error,
  })
}

/**
 * By the class of the SQLSTATE. A lost connection is `fatal` on purpose: whether the COMMIT in hand
 * was done nobody knows, and temporary tables are gone; the next run finds out and goes on.
 */
export function faultOf(error: unknown): Fault {
  const code = codeBehind(error)
  if (/^(40001|40P01|55P03|55006)$/.test(code)) return 'transient'
  // Data, constraint, WITH CHECK OPTION, and RAISE in somebody's trigger.
  return /^(22|23|44|P0)[0-9A-Z]{3}$/.test(code) ? 'row' : 'fatal'
}

/** See Dialect.isContested: serialization failures and deadlocks. */
export function isContested(error: unknown): boolean {
  return /^(40001|40P01)$/.test(codeBehind(error))
}

/** The code of what is behind an error; empty where there is none. */
function codeBehind(error: unknown): string {
  const cause = error instanceof P2cError && error.cause !== undefined ? error.cause : error
  return cause instanceof Error ? codeOf(cause) : ''
}

/** SQLSTATE or the operating system's code; of several addresses that failed, the first one's. */
function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError && error.errors[0] instanceof Error)
    return codeOf(error.errors[0])
  return ''
}

function messageOf(error: Error): string {
  if (error.message !== '') return error.message
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return first instanceof Error ? first.message : error.name
}

function isLost(error: Error, code: string): boolean {
  return (
    code.startsWith('08') ||
    /^(Connection terminated|Client has encountered a connection error)/.test(error.message)
  )
}
