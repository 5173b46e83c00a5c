import { readdirSync } from 'node:fs'
import t from 'tap'
import { sql } from '../src/domain/sql.ts'
import { engines, freshDatabase } from './support/database.ts'
import { loadWorld, worlds } from './support/worlds.ts'

t.test('every world is known to the tests', t => {
  const folders = readdirSync(new URL('../seeds', import.meta.url), { withFileTypes: true })
  t.same(
    folders
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name)
      .sort(),
    [...worlds].sort(),
  )
  t.end()
})

for (const engine of engines) {
  t.test(`${engine}: one of each kind: the names say what the rules find`, async t => {
    const db = await freshDatabase(t, engine)
    await loadWorld(db, 'one-of-each-kind')
    const rows = await db.rows<{
      fullname: string
      active: unknown
      under: unknown
      type: unknown
    }>(
      sql`SELECT c.fullname, ${db.rules.isActive(db.names.column('contactid', 'c'))} AS active, ${db.rules.isCompanyAnAccount('c')} AS under, ${db.rules.companyType('c')} AS type FROM contact AS c ORDER BY c.contactid`,
    )
    const found = rows.map(row => [
      row.fullname,
      db.dialect.readFlag(row.active) ? 'active' : 'quiet',
      db.dialect.readFlag(row.under) ? 'under an account' : 'not under an account',
      row.type,
    ])
    t.same(found, [
      ['Active Under Account', 'active', 'under an account', 'account'],
      ['Active Without Company', 'active', 'not under an account', null],
      ['Active Under Contact', 'active', 'not under an account', 'contact'],
      ['Quiet Under Account', 'quiet', 'under an account', 'account'],
      ['Quiet Under Account Without Number', 'quiet', 'under an account', 'account'],
      ['Quiet Under Contact', 'quiet', 'not under an account', 'contact'],
      ['Quiet Without Company', 'quiet', 'not under an account', null],
      ['Quiet Under Missing Account', 'quiet', 'under an account', 'account'],
      ['Quiet Type Found Among Accounts', 'quiet', 'under an account', 'account'],
      ['Quiet Type Found Among Contacts', 'quiet', 'not under an account', 'contact'],
      ['Quiet Type Found Nowhere', 'quiet', 'not under an account', null],
      ['Inactive Under Account', 'quiet', 'under an account', 'account'],
      ['Quiet Without Created On', 'quiet', 'under an account', 'account'],
      ['Active Spelled In Capitals', 'active', 'under an account', 'account'],
      ['Active Document Without Type', 'active', 'under an account', 'account'],
    ])
  })

  t.test(`${engine}: duplicate account numbers: one true pair, two that look alike`, async t => {
    const db = await freshDatabase(t, engine)
    await loadWorld(db, 'duplicate-account-numbers')
    const exact = await db.rows(
      sql`SELECT accountnumber FROM account GROUP BY accountnumber HAVING count(*) > 1`,
    )
    t.same(exact, [{ accountnumber: 'K-1' }])
    const alike = await db.rows(
      sql`SELECT lower(trim(accountnumber)) AS alike FROM account GROUP BY 1 HAVING count(DISTINCT accountnumber) > 1 ORDER BY 1`,
    )
    t.same(alike, [{ alike: 'k-3' }, { alike: 'k-5' }])
  })

  t.test(`${engine}: half numbered: two of the format, one of another, two without`, async t => {
    const db = await freshDatabase(t, engine)
    await loadWorld(db, 'half-numbered')
    const numbers = await db.rows<{ msdynce_contactnumber: string | null }>(
      sql`SELECT msdynce_contactnumber FROM contact ORDER BY contactid`,
    )
    t.same(
      numbers.map(row => row.msdynce_contactnumber),
      ['CON-01000-BVRCPS', null, 'CON-01041-KLMNPQ', 'X4711', null],
    )
  })

  t.test(`${engine}: odd text arrives as it is`, async t => {
    const db = await freshDatabase(t, engine)
    await loadWorld(db, 'odd-text')
    const names = await db.rows<{ firstname: string; lastname: string }>(
      sql`SELECT firstname, lastname FROM contact ORDER BY contactid`,
    )
    t.same(
      names.map(row => [row.firstname, row.lastname]),
      [
        ['Anna, "Nan"', 'Müller;Lüdenscheidt'],
        ['=HYPERLINK("x")', '@Home'],
        [' Zoe\u0301 ', 'Zo\u00e9'],
        ['葵', '𠮷'],
        ['null', 'undefined'],
        ['Line\nBreak', "O'Malley"],
      ],
    )
  })
}
