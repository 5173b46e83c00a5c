import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { checksumFile, checksumsOf, ownMigrations } from '../../src/migration/load.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))
/** Below node_modules, so that the compiled files find their packages. */
const cache = join(project, 'node_modules/.cache')

let folder: Promise<string> | undefined

/**
 * A script of the project as JavaScript, with all that it imports. Tests that start dozens of
 * processes would otherwise spend their time on teaching each of them TypeScript.
 */
export async function compiled(script: string): Promise<string> {
  folder ??= compileProject()
  return join(await folder, script.replace(/\.ts$/, '.js'))
}

/** Only takes the types off: whether they are right is asked elsewhere. */
async function compileProject(): Promise<string> {
  mkdirSync(cache, { recursive: true })
  const out = mkdtempSync(join(cache, 'p2c-compiled-'))
  process.once('exit', () => {
    rmSync(out, { recursive: true, force: true })
  })
  const { config } = ts.readConfigFile(join(project, 'tsconfig.json'), path =>
    ts.sys.readFile(path),
  )
  const { compilerOptions } = config as { compilerOptions: object }
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...compilerOptions, module: 'esnext', sourceMap: false, declaration: false },
    project,
  )
  for (const file of ['src', 'migrations', 'test/support'].flatMap(sourcesIn)) {
    const source = readFileSync(join(project, file), 'utf8')
    const { outputText } = ts.transpileModule(source, { compilerOptions: options, fileName: file })
    const target = join(out, file.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, outputText)
  }
  // It says that these are modules.
  copyFileSync(join(project, 'package.json'), join(out, 'package.json'))
  writeFileSync(
    join(out, 'migrations', checksumFile),
    JSON.stringify(await checksumsOf(ownMigrations)),
  )
  return out
}

function sourcesIn(part: string): string[] {
  return readdirSync(join(project, part), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map(file => join(part, file))
}
