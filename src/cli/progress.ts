import { count } from '../amount.ts'

/** Where a step stands. */
export interface Standing {
  readonly step: string
  /** null while nothing is counted: a plan is made, a long statement runs. */
  readonly done: number | null
  /** null where it is not known. */
  readonly total: number | null
  /** Rows a second, lately; null while nothing can be said. */
  readonly rate: number | null
  /** Why it goes slower than it could; null where it does not. */
  readonly slowed: string | null
  /** Since the last batch, or since the step began. */
  readonly seconds: number
}

/** What is told of a standing beside its name; what cannot be told is missing. */
export interface Pieces {
  readonly percent?: string
  readonly counts?: string
  readonly rate?: string
  /** The time that is left, or that passes where nothing is counted. */
  readonly time?: string
  readonly remark?: string
}

/** A batch that takes longer than this is worth a word. */
const longBatchSeconds = 5

/** `45%`, `450,000/1,000,000`, `98,000 rows/s`, `0:06 left` */
export function piecesOf({ done, total, rate, slowed, seconds }: Standing): Pieces {
  if (done === null) return { time: duration(seconds) }
  const counts =
    total === null
      ? count(Math.round(done))
      : `${count(Math.round(done))}/${count(Math.round(total))}`
  if (total !== null && done >= total)
    return {
      percent: '100%',
      counts,
      ...(seconds >= 1 ? { time: `finishing ${duration(seconds)}` } : {}),
    }
  const waits = seconds > longBatchSeconds ? `no batch for ${duration(seconds)}` : null
  const remark = slowed === null ? waits : `slowed: ${slowed}`
  return {
    ...(total ? { percent: `${Math.floor((100 * done) / total)}%` } : {}),
    counts,
    ...(rate === null ? {} : { rate: `${count(Math.round(rate))} rows/s` }),
    ...(rate && total !== null ? { time: `${duration((total - done) / rate)} left` } : {}),
    ...(remark === null ? {} : { remark: `(${remark})` }),
  }
}

/** `20261101T0940_number_and_flag_the_contacts  45%  450,000/1,000,000  98,000 rows/s  0:06 left` */
export function describe(standing: Standing): string {
  const { percent, counts, rate, time, remark } = piecesOf(standing)
  return [standing.step, percent, counts, rate, time, remark].filter(Boolean).join('  ')
}

/** `0:06`, `12:30`, `1:02:03` */
export function duration(seconds: number): string {
  const all = Math.max(0, Math.round(seconds))
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}
