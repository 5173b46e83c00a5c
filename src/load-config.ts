import type { Config, ConfigSources } from './config.ts'

/**
 * Puts option, environment, file and default together, in this order of precedence. What checks
 * them is loaded when it is called: migrations import the same index, and check no settings.
 *
 * @throws P2cError CONFIG_INVALID (exit 2) naming the key and the value; CONFIG_UNREADABLE
 */
export async function loadConfig(sources?: ConfigSources): Promise<Config> {
  const config = await import('./config.ts')
  return config.loadConfig(sources)
}
