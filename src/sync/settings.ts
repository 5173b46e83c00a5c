import type { Config } from '../config.ts'
import type { SettingName } from './template.ts'

/** Values that a template takes from the configuration. */
export const settings: Readonly<Record<SettingName, (config: Config) => string>> = {
  'organization.cds': config => config.organization.cds,
  'organization.company': config => config.organization.company,
  'sync.currency': config => config.sync.currency,
}
