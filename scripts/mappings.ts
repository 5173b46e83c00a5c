import { writeFileSync } from 'node:fs'
import { mappingsPage } from '../src/sync/mappings-page.ts'

/** Writes docs/mappings.md, which a test holds against the templates. */
writeFileSync(new URL('../docs/mappings.md', import.meta.url), mappingsPage())
