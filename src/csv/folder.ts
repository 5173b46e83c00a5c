import { mkdir } from 'node:fs/promises'
import { exitStatus, P2cError } from '../errors.ts'

/**
 * Makes the folder for files, where it is not there; only its owner may look into it.
 *
 * @param what what cannot be done without it
 * @throws P2cError FOLDER_UNWRITABLE (exit 2)
 */
export async function makeFolder(path: string, what: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new P2cError('FOLDER_UNWRITABLE', {
      what: `${what} into ${path}`,
      must: 'a folder that this user may make, or write into',
      found: cause instanceof Error ? cause.message : String(cause),
      next: 'Name another folder with --out',
      exit: exitStatus.usage,
      cause,
    })
  })
}
