import t from 'tap'
import { progressBar } from '../../src/cli/progress-bar.ts'
import { describe, duration, type Standing } from '../../src/cli/progress.ts'
import { redrawnLine } from '../../src/cli/redrawn-line.ts'
import { shortened, widthOf } from '../../src/cli/text-width.ts'
import type { Paint } from '../../src/cli/print.ts'
import { recentRate, withMark, type Mark } from '../../src/database/recent-rate.ts'

const glyphs = { finished: '✓', cut: '…', full: '█', rest: '░' }
const plain: Paint = (_, text) => text
const coloured: Paint = (_, text) => `\u001B[31m${text}\u001B[0m`

const standing: Standing = {
  step: '20261101T0940_number_and_flag_the_contacts',
  done: 450_000,
  total: 1_000_000,
  rate: 98_000,
  slowed: null,
  seconds: 0.2,
}

t.test('a line tells step, percent, rows, speed, what is left, and why it is slow', t => {
  t.equal(
    describe({ ...standing, slowed: 'rests 500 ms after each batch' }),
    '20261101T0940_number_and_flag_the_contacts  45%  450,000/1,000,000  98,000 rows/s  0:06 left  (slowed: rests 500 ms after each batch)',
  )
  t.equal(describe({ ...standing, done: null, seconds: 75 }), `${standing.step}  1:15`)
  t.match(describe({ ...standing, total: null }), /contacts {2}450,000 {2}98,000 rows\/s$/)
  t.match(describe({ ...standing, done: 1_000_000, seconds: 4 }), /100% .* finishing 0:04$/)
  t.match(describe({ ...standing, seconds: 12 }), /\(no batch for 0:12\)$/)
  t.equal(duration(3_723), '1:02:03')
  t.end()
})

t.test('a bar never wraps, and shortens the name rather than lose a number', t => {
  const named = (step: string) => ({ ...standing, step, slowed: 'the last batch took 1.3 s' })
  for (const step of [
    standing.step,
    'undo 20261101T0940_x',
    'Kontakte_Müller_数字を数える',
    'é'.repeat(90),
  ])
    for (let columns = 1; columns <= 220; columns++)
      for (const paint of [plain, coloured]) {
        const width = widthOf(progressBar(named(step), columns, glyphs, paint))
        if (width > Math.max(1, columns - 1) && columns > 4)
          t.fail(`${width} of ${columns}: ${step}`)
      }
  t.equal(
    progressBar({ ...standing, done: 90_000, total: 200_000, rate: 9_800 }, 40, glyphs, plain),
    'num…cts  45%  90,000/200,000  0:11 left',
  )
  t.equal(
    progressBar(standing, 80, glyphs, plain),
    '███░░░░░  number_an…_contacts  45%  450,000/1,000,000  98,000 rows/s  0:06 left',
  )
  t.equal(
    progressBar({ ...standing, slowed: 'rests 5 ms after each batch' }, 200, glyphs, plain),
    `${'█'.repeat(13)}${'░'.repeat(17)}  ${describe({ ...standing, slowed: 'rests 5 ms after each batch' })}`,
  )
  t.end()
})

t.test('texts are cut between characters as a reader counts them', t => {
  t.equal(widthOf('数字'), 4)
  t.equal(widthOf('e\u0301'), 1)
  t.equal(widthOf('\u001B[32m✓\u001B[0m'), 1)
  t.equal(widthOf('👩‍👩‍👧'), 2)
  t.equal(shortened('abcdefghij', 5, '…'), 'ab…ij')
  t.equal(shortened('数字数字数字', 6, '…'), '数…字')
  t.equal(shortened('abc', 3, '…'), 'abc')
  t.end()
})

t.test('a line that a narrower terminal has wrapped is wiped whole', t => {
  let written = ''
  let columns = 100
  const line = redrawnLine(
    text => (written += text),
    () => columns,
  )
  line.draw('x'.repeat(90))
  t.equal(written, 'x'.repeat(90))
  written = ''
  line.draw('x'.repeat(90))
  t.equal(written, '', 'nothing to draw')
  columns = 40
  line.draw('y')
  t.equal(written, '\u001B[2A\r\u001B[Jy')
  written = ''
  line.wipe()
  t.equal(written, '\r\u001B[J')
  t.end()
})

t.test('speed is that of the last batches, whatever went before', t => {
  let marks: readonly Mark[] = []
  t.equal(recentRate(marks), null)
  for (let i = 1; i <= 100; i++) marks = withMark(marks, { at: i * 1_000, done: i })
  t.equal(recentRate(marks), 1)
  for (let i = 1; i <= 10; i++)
    marks = withMark(marks, { at: 100_000 + i * 1_000, done: 100 + i * 50 })
  t.equal(recentRate(marks), 50)
  t.equal(marks.length, 11)
  marks = withMark(marks, { at: 111_000, done: 600 })
  t.equal(marks.filter(mark => mark.done === 600).length, 1, 'a batch that was tried twice is one')
  t.end()
})
