import { exitStatus, P2cError } from '../errors.ts'

interface Named {
  readonly name: string
}

/**
 * Which migrations are to be applied, in order. Those that are begun and not done come first,
 * since names sort by date.
 *
 * @param to the last one; all where nothing is said
 * @throws P2cError MIGRATION_UNKNOWN (exit 2)
 */
export function stepsUp<Available extends Named>(
  available: readonly Available[],
  applied: readonly (Named & { readonly phase: string })[],
  to?: string,
): Available[] {
  if (to !== undefined) mustExist(available, to)
  const done = new Set(applied.filter(one => one.phase === 'done').map(one => one.name))
  return available.filter(one => !done.has(one.name) && (to === undefined || one.name <= to))
}

/**
 * Which applied migrations are to be undone, the last first: all behind `target`, which stays; all
 * where it is `start`.
 *
 * @throws P2cError MIGRATION_UNKNOWN (exit 2) where the target is not applied
 */
export function stepsDown<Applied extends Named>(
  applied: readonly Applied[],
  target: string,
): Applied[] {
  if (target !== 'start') mustExist(applied, target)
  return applied.filter(one => target === 'start' || one.name > target).reverse()
}

function mustExist(known: readonly Named[], name: string): void {
  if (known.some(one => one.name === name)) return
  throw new P2cError('MIGRATION_UNKNOWN', {
    what: `there is no migration ${name} here`,
    must: known.map(one => one.name).join(', ') || 'an applied migration; none is applied',
    found: name,
    next: 'Take one of these names; "p2c status" lists them',
    exit: exitStatus.usage,
  })
}
