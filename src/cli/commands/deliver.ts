import { count } from '../../amount.ts'
import type { DeliveryKind, DeliveryManifest } from '../../deliver/deliver.ts'
import { exitStatus } from '../../errors.ts'
import { table } from '../print.ts'
import type { CommandModule } from '../shell.ts'
import { Argument } from 'commander'

const kinds: readonly DeliveryKind[] = ['finops', 'dataverse', 'dual-write']

interface Options {
  readonly out: string
  readonly undo?: boolean
}

/** Files to hand over. */
export const deliverCommand: CommandModule<Options> = {
  name: 'deliver',
  summary: 'files to hand over: data packages, updates for Dataverse, or those for dual-write',
  options: command =>
    command
      .addArgument(new Argument('<kind>', 'what for').choices(kinds))
      .requiredOption('--out <folder>', 'where the files go')
      .option('--undo', 'of dataverse: the files that take the delivered values back'),
  run: async ({ out, run }, options, kind) => {
    const manifest = await run<DeliveryManifest>('deliver', { ...options, kind })
    if (out.json) out.result({ type: 'result', ...manifest })
    const { files, documents, instructions } = manifest
    for (const line of table(files.map(file => [file.name, file.rows]))) out.line(line)
    if (files.length === 0) out.line('  There is nothing to deliver.')
    for (const name of documents) out.line(`  ${name}`)
    out.line(`  in ${options.out}, with manifest.json; read back and as the database has it`)
    out.line()
    out.line(out.paint('bold', 'What to do with them'))
    for (const [i, step] of instructions.entries()) out.line(`  ${count(i + 1)}. ${step}`)
    return exitStatus.done
  },
}
