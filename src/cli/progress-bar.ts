import type { Glyphs } from './glyphs.ts'
import type { Paint } from './print.ts'
import { piecesOf, type Standing } from './progress.ts'
import { shortened, widthOf } from './text-width.ts'

const gap = '  '
const shortestName = 6
const shortestBar = 8
const longestBar = 30

/**
 * A standing in one line of a terminal, one column short of its width, so that it never wraps. What
 * has no room goes in this order: the remark, the bar, the middle of the name, the speed, the rows,
 * the time; the percentage stays.
 */
export function progressBar(
  standing: Standing,
  columns: number,
  glyphs: Glyphs,
  paint: Paint,
): string {
  const { percent, counts, rate, time, remark } = piecesOf(standing)
  const room = Math.max(1, columns - 1)
  let used = 0
  const fits = (piece: string | undefined, reserved: number): piece is string => {
    const width = gap.length + widthOf(piece ?? '')
    if (piece === undefined || used + width + reserved > room) return false
    used += width
    return true
  }
  const kept = new Set<string | undefined>()
  for (const piece of [percent, time, counts, rate]) if (fits(piece, shortestName)) kept.add(piece)
  const hasBar = !!standing.total && standing.done !== null
  const barRoom = hasBar && fits(' '.repeat(shortestBar), shortestName) ? shortestBar : 0
  const name = shortened(nameWithin(standing.step, room - used), room - used, glyphs.cut)
  used += widthOf(name)
  if (fits(remark, 0)) kept.add(remark)
  const barWidth = barRoom && Math.min(longestBar, barRoom + room - used)
  const shown = (piece: string | undefined) => (kept.has(piece) ? piece : undefined)
  return [
    barWidth > 0 && bar((standing.done ?? 0) / (standing.total ?? 1), barWidth, glyphs, paint),
    name,
    shown(percent) && paint('bold', percent ?? ''),
    shown(counts),
    shown(rate),
    shown(time),
    shown(remark) && paint('yellow', remark ?? ''),
  ]
    .filter(Boolean)
    .join(gap)
}

/** The bar itself: how much is done of a total. */
export function bar(share: number, width: number, { full, rest }: Glyphs, paint: Paint): string {
  const filled = Math.floor(Math.min(1, share) * width)
  const [done, left] = [full.repeat(filled), rest.repeat(width - filled)]
  return (done && paint('cyan', done)) + (left && paint('dim', left))
}

/** The name of a migration says more than its date. */
function nameWithin(step: string, columns: number): string {
  return widthOf(step) <= columns ? step : step.replace(/^(undo )?\d{8}T\d{4}_/, '$1')
}
