import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { safeguards, type Safeguard } from './safeguards/safeguards.ts'

/**
 * Takes each safeguard out in turn, in a copy of the source, and demands that a test notices:
 * `npm run test:safeguards`, or with words after `--`, those whose names have one of them.
 */
const project = fileURLToPath(new URL('../', import.meta.url))
const notCopied = new Set(
  ['node_modules', '.git', '.tap', 'dist', 'demo', 'bench', 'coverage'].map(name =>
    join(project, name),
  ),
)
const patienceMillis = 300_000

const copy = mkdtempSync(join(tmpdir(), 'p2c-safeguards-'))
process.once('exit', () => {
  rmSync(copy, { recursive: true, force: true })
})
cpSync(project, copy, {
  recursive: true,
  filter: path => !notCopied.has(path),
})
symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'))

/** Whether a test file passes as the copy stands now; one that never ends does not. */
function passes(test: string): boolean {
  const run = spawnSync(process.execPath, ['--import', 'tsx', test], {
    cwd: copy,
    stdio: 'ignore',
    timeout: patienceMillis,
    env: { PATH: process.env['PATH'], TAP_BAIL: '1', TAP_TIMEOUT: '300' },
  })
  return run.status === 0
}

const passing = new Map<string, boolean>()

function passesWithAll(test: string): boolean {
  const known = passing.get(test) ?? passes(test)
  passing.set(test, known)
  return known
}

/** What became of a safeguard that was taken out. */
function verdictOn({ file, without, test }: Safeguard): string {
  if (!passesWithAll(test)) return 'its test fails anyway'
  const path = join(copy, file)
  const whole = readFileSync(path, 'utf8')
  if (!without.every(([piece]) => whole.includes(piece))) return `is not in ${file} any more`
  writeFileSync(
    path,
    without.reduce((text, [piece, instead]) => text.replace(piece, () => instead), whole),
  )
  const unnoticed = passes(test)
  writeFileSync(path, whole)
  return unnoticed ? 'NOBODY NOTICES' : noticed
}

const noticed = 'noticed'
const words = process.argv.slice(2)
const chosen = safeguards.filter(
  ({ what }) => words.length === 0 || words.some(word => what.includes(word)),
)
let unnoticed = 0
for (const safeguard of chosen) {
  const began = performance.now()
  const verdict = verdictOn(safeguard)
  if (verdict !== noticed) unnoticed++
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(6)
  console.log(`${verdict.padEnd(16)} ${seconds} s  ${safeguard.what}  (${safeguard.test})`)
}
console.log(`${chosen.length} safeguards, ${unnoticed} of them not noticed`)
process.exitCode = unnoticed === 0 ? 0 : 1
