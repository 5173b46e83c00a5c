import { readFileSync } from 'node:fs'
import { Argument } from 'commander'
import { exitStatus, P2cError } from '../../errors.ts'
import type { TemplateDifference, TemplateFile } from '../../sync/export-template.ts'
import { templateNames } from '../../sync/template.ts'
import { statusFor, type CommandModule, type Shell } from '../shell.ts'

const group = { name: 'template', summary: 'the mapping pages of a project, as a file' }

/** The project as a file, to be edited and used again. */
export const templateExportCommand: CommandModule<object> = {
  name: 'export',
  group,
  summary: 'prints the mapping pages of a project, its settings included, as JSON',
  options: command => command.addArgument(new Argument('<name>', 'which').choices(templateNames)),
  run: async ({ out, config }, _options, name) => {
    const { exported } = await projectOf(config, name)
    process.stdout.write(`${JSON.stringify(exported, null, out.json ? 0 : 2)}\n`)
    return exitStatus.done
  },
}

/** What a file would change. */
export const templateDiffCommand: CommandModule<object> = {
  name: 'diff',
  group,
  summary: 'compares such a file with the project as it is run now',
  options: command => command.argument('<file>', 'of "p2c template export"'),
  run: async ({ out, config }, _options, file = '') => {
    const { template, maps } = readTemplateFile(file)
    const { exported, compare } = await projectOf(config, template)
    const differences = compare(exported.maps, maps)
    if (out.json) out.result({ type: 'result', differences })
    for (const { leg, to, here, there } of differences) {
      out.line(`${leg} ${out.paint('bold', to)}`)
      if (here) out.line(out.paint('red', `  - ${inWords(here)}`))
      if (there) out.line(out.paint('green', `  + ${inWords(there)}`))
    }
    if (differences.length === 0) out.line('The file says what is run now.')
    return statusFor(differences.length > 0)
  },
}

async function projectOf(config: Shell['config'], name: string | undefined) {
  const { exportTemplate, compareTemplates } = await import('../../sync/export-template.ts')
  const { templates } = await import('../../sync/templates/all.ts')
  const template = templates.find(one => one.name === name)
  if (!template) throw notATemplate(String(name), 'another name')
  return { exported: exportTemplate(template, config), compare: compareTemplates }
}

/** Without the name of the field, which stands above. */
function inWords(row: NonNullable<TemplateDifference['here']>): string {
  return JSON.stringify({ ...row, to: undefined })
}

function readTemplateFile(path: string): TemplateFile {
  try {
    const content = JSON.parse(readFileSync(path, 'utf8')) as Partial<TemplateFile> | null
    if (content?.template && typeof content.maps === 'object') return content as TemplateFile
  } catch (cause) {
    throw notATemplate(path, cause instanceof Error ? cause.message : String(cause))
  }
  throw notATemplate(path, 'JSON without "template" and "maps"')
}

function notATemplate(path: string, found: string): P2cError {
  return new P2cError('TEMPLATE_INVALID', {
    what: `${path} is no template`,
    must: `the output of "p2c template export" for ${templateNames.join(', ')}`,
    found,
    next: 'Export one and edit it',
    exit: exitStatus.usage,
  })
}
