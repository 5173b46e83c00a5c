import type { Engine } from './database.ts'

interface Deed {
  /** The condition on `new` and `old`; always where nothing is said. */
  readonly when?: string
  /** A statement, or the message with which the row is refused. */
  readonly does: string | { readonly refuses: string }
}

/**
 * The statements that make a trigger of somebody else's, as each engine wants it written.
 *
 * @param event for instance `AFTER UPDATE ON contact`
 */
export function otherTrigger(engine: Engine, name: string, event: string, deed: Deed): string {
  const { when, does } = deed
  const condition = when === undefined ? '' : ` WHEN (${when})`
  if (engine === 'sqlite') {
    const body = typeof does === 'string' ? does : `SELECT RAISE(ABORT, '${does.refuses}')`
    return `CREATE TRIGGER ${name} ${event}${condition} BEGIN ${body}; END`
  }
  const body = typeof does === 'string' ? does : `RAISE EXCEPTION '${does.refuses}'`
  const result = event.startsWith('AFTER') ? 'NULL' : event.includes('DELETE') ? 'old' : 'new'
  return `CREATE FUNCTION ${name} () RETURNS trigger LANGUAGE plpgsql AS $$BEGIN ${body}; RETURN ${result}; END$$;
    CREATE TRIGGER ${name} ${event} FOR EACH ROW${condition} EXECUTE FUNCTION ${name} ()`
}

/** The statements that take such a trigger off its table again. */
export function dropOtherTrigger(engine: Engine, name: string, table: string): string {
  return engine === 'sqlite'
    ? `DROP TRIGGER ${name}`
    : `DROP TRIGGER ${name} ON ${table}; DROP FUNCTION ${name} ()`
}
