import { P2cError } from '../errors.ts'

const code = 'WORK_STOPPED'

/** Ends the work between two statements, where whoever opened the database asks for it. */
export function stopped(): P2cError {
  return new P2cError(code, {
    what: 'the work was stopped between two statements',
    next: 'What was not committed is taken back. Run the same command again to go on',
  })
}

/** Whether work ended because it was asked to. */
export function isStop(error: unknown): boolean {
  return error instanceof P2cError && error.code === code
}
