import t from 'tap'
import { neverBack } from '../../src/backfill/never-back.ts'
import type { ProgressEvent } from '../../src/events.ts'

const progress = (done: number): ProgressEvent => ({
  type: 'progress',
  step: 'step',
  done,
  total: 100,
  slowed: null,
})

t.test('who tells late what was looked at early does not set the progress back', async t => {
  let isClosed = false
  async function* events() {
    try {
      for (const done of [10, 30, 20, 30, 25, 60]) {
        await Promise.resolve()
        yield progress(done)
      }
      return undefined
    } finally {
      isClosed = true
    }
  }
  const told: unknown[] = []
  for await (const event of neverBack(events())) told.push(event)
  t.same(told, [10, 30, 30, 30, 30, 60].map(progress))
  const stopped = neverBack(events())
  isClosed = false
  await stopped.next()
  await stopped.return(undefined)
  t.ok(isClosed, 'whoever stops it stops the workers')
})
