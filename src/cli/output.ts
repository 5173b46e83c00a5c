import { exitStatus, P2cError } from '../errors.ts'

let fault: Error | undefined

// A reader that goes away, such as `| head -1`, ends no upgrade and is no fault of ours.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') fault ??= error
  })

/**
 * Whether all that was written could be written: a result that did not get onto the disk is not
 * there, whatever became of the work.
 */
export async function outputFault(): Promise<P2cError | undefined> {
  // A stream tells its fault a moment later.
  await new Promise(setImmediate)
  return (
    fault &&
    new P2cError('OUTPUT_FAILED', {
      what: 'the result could not be written',
      must: 'room for what is printed',
      found: fault.message,
      next: 'The work itself is done. Ask again, for instance with "p2c status"',
      exit: exitStatus.failed,
    })
  )
}
