import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import type { Database } from '../../../src/database/database.ts'
import { field } from '../../../src/domain/names.ts'
import { sql } from '../../../src/domain/sql.ts'
import {
  liveSales,
  makeTables,
  makeTablesOfText,
  migrateTo,
  uniqueSince,
} from '../../support/live.ts'
import { postgresProgram, type Program } from '../../support/postgres-program.ts'
import { guidOf } from '../../support/sales.ts'

const people = Array.from({ length: 12 }, (_, i) => guidOf('contact', i))
const firms = [guidOf('account', 1), guidOf('account', 2)]
const tables = [
  ['quote', 'quoteid'],
  ['salesorder', 'salesorderid'],
  ['invoice', 'invoiceid'],
] as const

const one = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)] as T
const some = () => people.filter(() => Math.random() < 0.4)
const list = (ids: readonly string[]) => [guidOf('contact', 99), ...ids].map(id => `'${id}'`).join()

/**
 * A statement that somebody may write. Of many documents in any order; of one contact, since two who
 * write several in different orders deadlock by themselves.
 */
function statement(accounts: boolean): string {
  const [table, key] = one(tables)
  const document = guidOf(table, Math.floor(Math.random() * 15))
  const shuffled = [...some()].sort(() => Math.random() - 0.5)
  return one([
    `INSERT INTO contact (contactid, parentcustomerid) VALUES ('${one(people)}', '${one(firms)}') ON CONFLICT DO NOTHING`,
    `DELETE FROM contact WHERE contactid = '${one(people)}'`,
    `UPDATE contact SET parentcustomerid = '${one(firms)}' WHERE contactid = '${one(people)}'`,
    ...(accounts
      ? [
          `INSERT INTO account (accountid) VALUES ('${one(firms)}') ON CONFLICT DO NOTHING`,
          `DELETE FROM account WHERE accountid = '${one(firms)}'`,
        ]
      : []),
    `INSERT INTO ${table} (${key}, customerid) VALUES ('${document}', '${one(people)}') ON CONFLICT (${key}) DO UPDATE SET customerid = excluded.customerid`,
    `INSERT INTO ${table} (${key}, customerid) SELECT gen_random_uuid(), v.id::KEYTYPE FROM unnest(ARRAY[${list(shuffled)}]) AS v (id)`,
    `DELETE FROM ${table} WHERE customerid IN (${list(some())})`,
    `UPDATE ${table} SET customeridtype = 'account' WHERE ${key} = '${document}'`,
  ])
}

/** Contacts whose flags are not what the rules say, or whose number is missing or double. */
function wrong(db: Database): Promise<object[]> {
  const { names, rules } = db
  const active = rules.isActive(names.column('contactid', 'c'))
  const company = rules.isCompanyAnAccount('c')
  return db.rows(
    sql`SELECT c.contactid, c.msdynce_contactnumber, ${active} AS active, ${company} AS company FROM contact AS c
      WHERE ${names.column(field.isActiveCustomer, 'c')} IS DISTINCT FROM ${active}
      OR ${names.column(field.isCompanyAnAccount, 'c')} IS DISTINCT FROM ${company}
      OR ${rules.hasNoNumber(names.column(field.contactNumber, 'c'))}`,
  )
}

for (const [kind, make] of Object.entries({ uuid: makeTables, text: makeTablesOfText }))
  for (const accounts of [false, true])
    t.test(
      `${kind} keys: ${accounts ? 'with accounts that come and go, whatever several write at once' : 'whatever several write at once, nobody deadlocks and'} the flags follow the rules`,
      async t => {
        const db = await liveSales(t, 'postgres', {}, make)
        await migrateTo(db, uniqueSince)
        const writers = await Promise.all(Array.from({ length: 6 }, () => postgresProgram(t, db)))
        const faults: string[] = []
        const write = async (writer: Program, until: number) => {
          while (performance.now() < until) {
            const text = statement(accounts).replaceAll('KEYTYPE', kind)
            await writer.run(text).catch((error: unknown) => {
              // An account that comes while contacts move under it may meet them in another order.
              const { code } = error as { code?: string }
              if (!accounts || code !== '40P01') faults.push(`${String(error)} in ${text}`)
            })
          }
        }
        for (let round = 0; round < 3; round++) {
          const until = performance.now() + 1_000
          await Promise.all(writers.map(writer => write(writer, until)))
          t.same(await wrong(db), [])
        }
        t.same(faults, [])
      },
    )

for (const first of ['move', 'delete'] as const)
  t.test(
    `a contact that moves under an account which goes at the same time is under none (${first} first)`,
    async t => {
      const db = await liveSales(t, 'postgres')
      await migrateTo(db, uniqueSince)
      const [mover, deleter] = [await postgresProgram(t, db), await postgresProgram(t, db)]
      const firm = guidOf('account', 99)
      await mover.run(`INSERT INTO account (accountid) VALUES ('${firm}')`)
      await mover.run(`INSERT INTO contact (contactid) VALUES ('${guidOf('contact', 99)}')`)
      const steps = {
        move: () =>
          mover.run(
            `UPDATE contact SET parentcustomerid = '${firm}' WHERE contactid = '${guidOf('contact', 99)}'`,
          ),
        delete: () => deleter.run(`DELETE FROM account WHERE accountid = '${firm}'`),
      }
      const [begins, follows] = first === 'move' ? [mover, steps.delete] : [deleter, steps.move]
      await begins.run('BEGIN')
      await steps[first]()
      const following = follows()
      await wait(200)
      await begins.run('COMMIT')
      await following
      t.same(await wrong(db), [])
    },
  )

t.test(
  'numbers that are set and given at once never meet, and the sequence never turns back',
  async t => {
    const db = await liveSales(t, 'postgres')
    const writers = await Promise.all(Array.from({ length: 6 }, () => postgresProgram(t, db)))
    await Promise.all(
      writers.map(async (writer, i) => {
        let seen = 0
        for (let n = 0; n < 60; n++) {
          if (i % 3 > 0) {
            await writer.run(
              'INSERT INTO contact (contactid) SELECT gen_random_uuid() FROM generate_series(1, 5)',
            )
            continue
          }
          const next = Number(
            await writer.one(`SELECT next_value FROM p2c_number_sequence WHERE name = 'contact'`),
          )
          if (next < seen) t.fail(`${next} after ${seen}`)
          seen = Math.max(seen, next)
          const number = String(next + Math.floor(Math.random() * 4_000)).padStart(5, '0')
          await writer.run(
            `INSERT INTO contact (contactid, msdynce_contactnumber) VALUES (gen_random_uuid(), 'CON-${number}-BCDFGH')`,
          )
        }
      }),
    )
    const twice = await db.rows(
      sql`SELECT split_part(msdynce_contactnumber, '-', 2) AS number FROM contact WHERE msdynce_contactnumber NOT LIKE '%BCDFGH' GROUP BY 1 HAVING count(*) > 1`,
    )
    t.same(twice, [])
    t.equal((await db.rows(sql`SELECT 1 FROM contact`)).length, 60 * (2 + 4 * 5))
  },
)
