import type { Config } from '../config.ts'
import { exitStatus, P2cError } from '../errors.ts'
import type { TemplateName } from './template.ts'

/** The settings of a template, by their keys in the configuration. */
export type Overrides = Config['sync']['templates'][TemplateName]

/** A setting of a template that cannot be used for a field. */
export function settingRefused(
  template: TemplateName,
  setting: keyof Overrides,
  field: string,
  must: string,
  found: string,
): P2cError {
  return new P2cError('CONFIG_INVALID', {
    what: `the setting "sync.templates.${template}.${setting}" cannot be used for "${field}"`,
    must,
    found,
    next: 'Mend it in the configuration file',
    exit: exitStatus.usage,
  })
}
