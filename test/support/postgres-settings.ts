import type { EmbeddedOptions } from './embedded.ts'

/** A server for tests: what they have written need not survive the machine. */
export const forTests: EmbeddedOptions = {
  initdbFlags: ['--no-sync'],
  settings: [
    ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'],
    ...['max_connections=200', 'shared_buffers=256MB'],
  ],
}
