import { readFileSync } from 'node:fs'

/** The version of this package. Both `src/` and `dist/src/` stand below package.json. */
export const version: string = readVersion()

function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const content = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name?: string
        version?: string
      }
      if (content.name === 'prospect-to-cash-upgrade' && content.version) return content.version
    } catch {
      // The other place has it.
    }
  }
  return '0.0.0'
}
