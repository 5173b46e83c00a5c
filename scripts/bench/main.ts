import {
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  closeSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { salesData } from './data.ts'
import { differences, fingerprintOf, type Fingerprint } from './equivalence.ts'
import { readOptions, usage, type BenchOptions } from './options.ts'
import { mostContactsForKnex, runRival, type RivalName } from './rivals.ts'

const folder = fileURLToPath(new URL('../../bench/', import.meta.url))
const options = readOptions(process.argv.slice(2))
for (const contacts of options.contacts) {
  const data = salesData(join(folder, 'data'), { contacts, skew: options.skew, seed: options.seed })
  const prints = new Map<RivalName, Fingerprint>()
  for (let run = 0; run < options.runs; run++)
    for (const rival of options.rivals) {
      const work = join(folder, 'work')
      rmSync(work, { recursive: true, force: true })
      mkdirSync(work, { recursive: true })
      const file = join(work, 'sales.sqlite')
      copyFileSync(data, file)
      const u = await runRival(rival, file, work)
      console.log(contacts, rival, u)
      if (run === 0) prints.set(rival, fingerprintOf(file))
      const [first] = prints.values()
      console.log(differences(first!, prints.get(rival)!))
    }
}
