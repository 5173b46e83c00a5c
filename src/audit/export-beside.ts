import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { unfinished } from '../csv/write.ts'
import type { RunEvent, Work } from '../events.ts'
import { listenTo, revived, startThread, type ToldEnd } from '../threads.ts'
import { fileName, type ExportedFile, type ExportOptions } from './export-file.ts'

/** What a thread is to export. */
export interface BesideData {
  readonly config: Config
  /** Which of the audit's files. */
  readonly name: string
  readonly options: ExportOptions
}

/** What the thread tells. */
export type BesideMessage =
  | { readonly type: 'opened' }
  | { readonly type: 'event'; readonly event: RunEvent }
  | { readonly type: 'exported'; readonly file: ExportedFile }
  | ToldEnd

/** A file that is being exported in a thread of its own. */
export interface Beside {
  /** Settles when the thread has opened its snapshot: false where it ended before that. */
  readonly hasOpened: Promise<boolean>
  /** What the thread has told, and tells until the file is there. */
  exported(): Work<ExportedFile>
  /** Ends the thread, wherever it is, and takes away what is not whole. */
  close(): Promise<void>
}

/** Begins to export a file in a thread of its own, from a snapshot that it opens at once. */
export function exportBeside(config: Config, name: string, options: ExportOptions): Beside {
  const data: BesideData = { config, name, options }
  const thread = startThread(new URL('./export-thread.ts', import.meta.url), data)
  const heard = listenTo<BesideMessage>(thread)
  const hasOpened = new Promise<boolean>(resolve => {
    thread.once('message', ({ type }: BesideMessage) => {
      resolve(type === 'opened')
    })
    thread.once('exit', () => {
      resolve(false)
    })
  })
  return {
    hasOpened,
    exported: async function* () {
      for (;;) {
        const message = await heard.next()
        switch (message.type) {
          case 'event':
            yield message.event
            break
          case 'exported':
            return message.file
          case 'error':
            throw revived(message)
        }
      }
    },
    close: async () => {
      await thread.terminate()
      await rm(unfinished(join(options.out, fileName(name, options))), { force: true })
    },
  }
}
