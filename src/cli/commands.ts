import { checkCommand } from './commands/check.ts'
import { migrateCommand } from './commands/migrate.ts'
import { rollbackCommand } from './commands/rollback.ts'
import { statusCommand } from './commands/status.ts'
import { verifyCommand } from './commands/verify.ts'
import type { CommandModule } from './shell.ts'

/** All commands, in the order in which one needs them. */
export const commands: readonly CommandModule<never>[] = [
  checkCommand,
  migrateCommand,
  statusCommand,
  verifyCommand,
  rollbackCommand,
]
