/** Where a step stands, for one line of text. */
export interface Standing {
  readonly step: string
  readonly done: number
  /** null where it is not known. */
  readonly total: number | null
  /** Rows a second, lately; null while nothing can be said. */
  readonly rate: number | null
  readonly slowed: string | null
}

/** `number_and_flag_the_contacts 45% 450,000/1,000,000 98,000 rows/s, 0:06 left`; pure. */
export function describe({ step, done, total, rate, slowed }: Standing): string {
  const of = total === null ? '' : `/${total.toLocaleString('en-US')}`
  const percent = total ? `${Math.floor((100 * done) / total)}% ` : ''
  const speed = rate === null ? '' : `  ${Math.round(rate).toLocaleString('en-US')} rows/s`
  const left = rate && total !== null ? `  ${duration((total - done) / rate)} left` : ''
  const why = slowed === null ? '' : `  (slowed: ${slowed})`
  return `${step}  ${percent}${done.toLocaleString('en-US')}${of}${speed}${left}${why}`
}

/** The same with a bar, cut to the width of the terminal. */
export function bar(standing: Standing, columns: number): string {
  const text = describe(standing)
  const room = Math.min(24, columns - text.length - 4)
  if (room < 6 || !standing.total) return text.slice(0, columns - 1)
  const filled = Math.round((room * standing.done) / standing.total)
  return `[${'#'.repeat(filled)}${'.'.repeat(room - filled)}] ${text}`
}

/** `0:06`, `12:30`, `1:02:03` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** Rows a second over the last seconds, from what was done when. */
export function recentRate(
  points: readonly { readonly at: number; readonly done: number }[],
): number | null {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || last.at - first.at < 200) return null
  return ((last.done - first.done) * 1000) / (last.at - first.at)
}
