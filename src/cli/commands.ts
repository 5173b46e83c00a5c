import { auditExportCommand, auditVerifyCommand } from './commands/audit.ts'
import { checkCommand } from './commands/check.ts'
import { deliverCommand } from './commands/deliver.ts'
import { explainCommand } from './commands/explain.ts'
import { importCommand } from './commands/import.ts'
import { migrateCommand } from './commands/migrate.ts'
import { rollbackCommand } from './commands/rollback.ts'
import { seedCommand } from './commands/seed.ts'
import { statusCommand } from './commands/status.ts'
import { syncCommand } from './commands/sync.ts'
import { templateDiffCommand, templateExportCommand } from './commands/template.ts'
import { verifyCommand } from './commands/verify.ts'
import type { CommandModule } from './shell.ts'

/** All commands, in the order in which one needs them. */
export const commands: readonly CommandModule<never>[] = [
  importCommand,
  checkCommand,
  migrateCommand,
  statusCommand,
  verifyCommand,
  syncCommand,
  templateExportCommand,
  templateDiffCommand,
  explainCommand,
  auditExportCommand,
  auditVerifyCommand,
  deliverCommand,
  rollbackCommand,
  seedCommand,
]
