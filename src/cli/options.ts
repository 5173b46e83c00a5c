import { InvalidArgumentError, Option } from 'commander'

/** `--batch-rows`, which fixes what the pace would choose. */
export function batchRowsOption(): Option {
  return new Option('--batch-rows <n>', 'fix the size of a batch').argParser(wholeNumber)
}

/** `--workers`, of which there are as many as the configuration has where it is not given. */
export function workersOption(): Option {
  return new Option('--workers <n>', 'connections at work (PostgreSQL)').argParser(workerCount)
}

/** A whole number from 1. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number from 1.')
  return Number(text)
}

/** A number of workers, as the configuration has it. */
function workerCount(text: string): number {
  const workers = wholeNumber(text)
  if (workers > 64) throw new InvalidArgumentError('It must be at most 64.')
  return workers
}

/** The next moment at which a clock here shows `23:30` or `23:30:15`, in ms since 1970. */
export function momentOf(text: string): number {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (!match) throw new InvalidArgumentError('It must be a time such as 23:30 or 23:30:15.')
  const moment = new Date()
  moment.setHours(Number(match[1]), Number(match[2]), Number(match[3] ?? 0), 0)
  if (moment.getTime() <= Date.now()) moment.setDate(moment.getDate() + 1)
  return moment.getTime()
}

/** A share between 0 and 1. */
export function share(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('It must be a share from 0 to 1.')
  return value
}
