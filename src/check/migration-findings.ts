import { amount } from '../amount.ts'
import { shownExamples, type Finding } from './finding.ts'

/** The schema would not stand the upgrade, or not its way back. @param fault what the engine said */
export function schemaBroken(fault: string): Finding {
  return {
    code: 'SCHEMA_BROKEN',
    severity: 'blocking',
    count: 1,
    examples: [fault],
    what: 'A rehearsal of the upgrade and of its rollback failed on a copy of the schema',
    next: 'Mend or drop the view, trigger or index that is named; it is most likely broken already',
  }
}

/** Settings that differ from those of the applied migrations, one sentence each. */
export function configChanged(differences: readonly string[]): Finding {
  return {
    code: 'CONFIG_CHANGED',
    severity: 'blocking',
    count: differences.length,
    examples: differences.slice(0, shownExamples),
    what: `${amount(differences.length, 'setting')} for columns or numbering no longer the same as when the migrations were applied`,
    next: 'Take the change back; to have other settings, roll back under the old ones first',
  }
}

/** Applied migrations that are not what they were, or not there any more. */
export function migrationChanged(names: readonly string[]): Finding {
  return {
    code: 'MIGRATION_CHANGED',
    severity: 'blocking',
    count: names.length,
    examples: names.slice(0, shownExamples),
    what: `${amount(names.length, 'applied migration')} changed or missing`,
    next: 'Put the files back as they were; a change belongs into a migration of its own',
  }
}
