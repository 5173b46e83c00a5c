/** One thing that keeps data safe, how it is taken out of the source, and who must notice. */
export interface Safeguard {
  readonly what: string
  readonly file: string
  /** Pieces of the source and what stands in their place without the safeguard. */
  readonly without: readonly (readonly [piece: string, instead: string])[]
  /** The test file that must fail then. */
  readonly test: string
}

const poison = 'test/backfill/poison.test.ts'
const refusals = 'test/upgrade/refusals.test.ts'
const edits = 'test/upgrade/edits.test.ts'
const untouched = 'test/backfill/untouched.test.ts'
const numbers = 'test/numbering/upgrade.test.ts'
const changed = 'test/sync/changed.test.ts'
const workers = 'test/sync/workers.test.ts'
const ahead = 'test/sync/ahead.test.ts'
const live = 'test/database/sqlite/live-schema.test.ts'
const deliver = 'test/deliver/deliver.test.ts'

export const safeguards: readonly Safeguard[] = [
  {
    what: 'a batch is one transaction',
    file: 'src/database/sqlite/open.ts',
    without: [
      [`workAside === undefined ? 'BEGIN IMMEDIATE' : 'BEGIN'`, `'SELECT 1'`],
      [`db.script('COMMIT')`, `db.script('SELECT 1')`],
    ],
    test: poison,
  },
  {
    what: 'a batch leaves a checkpoint',
    file: 'src/backfill/batches.ts',
    without: [
      [
        `VALUES (\${migration}, 'do', \${range.first}, \${range.last}, \${rows}, \${millis}, \${run.id}, \${now()})`,
        `SELECT \${migration}, 'do', \${range.first}, \${range.last}, \${rows}, \${millis}, \${run.id}, \${now()} WHERE 0`,
      ],
    ],
    test: poison,
  },
  {
    what: 'a sweep for rows that came late',
    file: 'src/backfill/run.ts',
    without: [[`if (late.added === 0) break`, `break`]],
    test: 'test/backfill/late-rows.test.ts',
  },
  {
    what: 'a batch that is refused is halved',
    file: 'src/backfill/quarantine.ts',
    without: [[`if (halves) open.push(halves[1], halves[0])`, `if (halves) throw error`]],
    test: poison,
  },
  {
    what: 'too many refused rows stop the run',
    file: 'src/backfill/batches.ts',
    without: [[`if (done) await stopAboveTolerance(work, done.total)`, ``]],
    test: poison,
  },
  {
    what: 'what a rejected row was planned for is not taken for its number',
    file: 'src/backfill/batches.ts',
    without: [[`await withdraw(db, backfill, range)`, ``]],
    test: poison,
  },
  {
    what: 'a passing fault is tried again',
    file: 'src/backfill/retry.ts',
    without: [[`retries >= most ||`, `retries >= 0 ||`]],
    test: 'test/faults/busy.test.ts',
  },
  {
    what: 'a full disk is told as one',
    file: 'src/database/sqlite/faults.ts',
    without: [[`SQLITE_FULL: [`, `SQLITE_NEVER: [`]],
    test: 'test/faults/disk-full.test.ts',
  },
  {
    what: 'numbers begin behind those that are kept',
    file: 'src/numbering/sequence.ts',
    without: [[`Number(highest?.highest ?? -1) + 1`, `0`]],
    test: 'test/numbering/sequence.test.ts',
  },
  {
    what: 'triggers give no number that is kept',
    file: 'src/database/sqlite/live-schema.ts',
    without: [[`    ...numbers.map(number => passKept(db, number)),\n`, ``]],
    test: live,
  },
  {
    what: 'numbers that would be too long are refused before anything is done',
    file: 'src/numbering/sequence.ts',
    without: [[`if (count > 0 && last > highestOf(format))`, `if (count < 0)`]],
    test: numbers,
  },
  {
    what: 'a trigger gives no number that is too long',
    file: 'src/database/sqlite/live-schema.ts',
    without: [
      [
        `sql\`SELECT RAISE(ABORT, \${exhausted}) WHERE \${needsNew} AND \${next} > \${highest}\`,`,
        ``,
      ],
    ],
    test: live,
  },
  {
    what: 'a number stands once, by an index',
    file: 'src/migration/schema-change.ts',
    without: [[`textOf(sql\`CREATE UNIQUE \${on}\`)`, `textOf(sql\`CREATE \${on}\`)`]],
    test: numbers,
  },
  {
    what: 'a contact that is replaced keeps its number',
    file: 'src/database/sqlite/live-schema.ts',
    without: [[`AND \${column} <> '' LIMIT 1`, `AND \${column} <> '' LIMIT 0`]],
    test: live,
  },
  {
    what: 'a number that somebody gives pushes the sequence past itself',
    file: 'src/database/sqlite/live-schema.ts',
    without: [[`BETWEEN next_value AND`, `BETWEEN 0 AND -`]],
    test: live,
  },
  {
    what: 'a rollback remembers who had which number',
    file: 'src/backfill/undo.ts',
    without: [[`WHERE p.number IS NOT NULL GROUP BY`, `WHERE p.number IS NULL GROUP BY`]],
    test: edits,
  },
  {
    what: 'values of people refuse a rollback',
    file: 'src/upgrade/rollback.ts',
    without: [
      [
        `if (found.count > 0 && !options.abandonEdits)`,
        `if (found.count < 0 && !options.abandonEdits)`,
      ],
    ],
    test: edits,
  },
  {
    what: 'values of people that are taken back are written down',
    file: 'src/upgrade/rollback.ts',
    without: [
      [
        `edits > 0 ? await editsOf(db, steps) : null`,
        `edits < 0 ? await editsOf(db, steps) : null`,
      ],
    ],
    test: edits,
  },
  {
    what: 'one run at a time',
    file: 'src/database/lock.ts',
    without: [[`await db.dialect.tryLock(db)`, `() => Promise.resolve()`]],
    test: 'test/database/lock.test.ts',
  },
  {
    what: 'the lock file is its owner’s',
    file: 'src/database/sqlite/lock.ts',
    without: [[`0o600`, `0o666`]],
    test: 'test/database/lock.test.ts',
  },
  {
    what: 'the upgrade is rehearsed',
    file: 'src/upgrade/readiness.ts',
    without: [[`fault === null ? [] : [schemaBroken(fault)]`, `fault === null ? [] : []`]],
    test: refusals,
  },
  {
    what: 'the rollback is rehearsed',
    file: 'src/upgrade/rollback.ts',
    without: [[`if (broken !== null) throw schemaBroken(broken)`, ``]],
    test: refusals,
  },
  {
    what: 'an applied migration that is another now refuses the upgrade',
    file: 'src/migration/status.ts',
    without: [[`if (there.checksum !== code.checksum) return 'changed'`, ``]],
    test: refusals,
  },
  {
    what: 'an applied migration that is another now refuses the rollback',
    file: 'src/migration/rollback.ts',
    without: [[`if (code?.checksum === applied.checksum) return code`, `if (code) return code`]],
    test: refusals,
  },
  {
    what: 'settings that are built into the database may not change',
    file: 'src/upgrade/readiness.ts',
    without: [[`differences.length > 0 ? [configChanged(differences)] : []`, `[]`]],
    test: refusals,
  },
  {
    what: 'a plan that was shown is the one that is done',
    file: 'src/upgrade/migrate.ts',
    without: [
      [`mustBeThePlan((await planMigrations(db, available, options.to)).hash, options.plan)`, `{}`],
    ],
    test: refusals,
  },
  {
    what: 'no upgrade over a rollback that is not finished',
    file: 'src/migration/migrate.ts',
    without: [[`mustNotBeUndoing(name, phase)\n`, `\n`]],
    test: refusals,
  },
  {
    what: 'a migration is done when its truths hold',
    file: 'src/migration/migrate.ts',
    without: [[`await mustHold(db, migration)`, ``]],
    test: refusals,
  },
  {
    what: 'a backup takes no other file’s place',
    file: 'src/database/sqlite/backup.ts',
    without: [[`if (existsSync(file)) {`, `if (existsSync('')) {`]],
    test: refusals,
  },
  {
    what: 'no sync before the upgrade is done',
    file: 'src/upgrade/sync.ts',
    without: [
      [`await mustBeUpgraded(`, `void ((_db: Database, _what: string) => mustBeUpgraded)(`],
    ],
    test: refusals,
  },
  {
    what: 'the journal mode is put back',
    file: 'src/database/run.ts',
    without: [[`await db.dialect.endLongWork(db)`, ``]],
    test: 'test/database/sqlite/long-work.test.ts',
  },
  {
    what: 'what is committed is on the disk',
    file: 'src/database/sqlite/long-work.ts',
    without: [[`pragma('synchronous = FULL')`, `pragma('synchronous = OFF')`]],
    test: 'test/database/sqlite/long-work.test.ts',
  },
  {
    what: 'who only reads leaves no file',
    file: 'src/database/sqlite/open.ts',
    without: [[`      removeEmptyLog(file)\n`, ``]],
    test: 'test/upgrade/dry-run.test.ts',
  },
  {
    what: 'a schema step lets others pass',
    file: 'src/database/postgres/patience.ts',
    without: [[`queueMillis = 100`, `queueMillis = 60_000`]],
    test: 'test/database/postgres/schema-steps.test.ts',
  },
  {
    what: 'a schema step takes one table at a time',
    file: 'src/migration/pieces.ts',
    without: [[`isApart || !(isOfGroup || isOfTable)`, `isApart`]],
    test: 'test/database/postgres/schema-steps.test.ts',
  },
  {
    what: 'the search for kept numbers locks no table',
    file: 'src/database/postgres/live-number.ts',
    without: [[`drop: null, group: name }`, `drop: null }`]],
    test: 'test/database/postgres/schema-steps.test.ts',
  },
  {
    what: 'numbers that others bring push the sequence before any is given',
    file: 'src/database/postgres/live-number.ts',
    without: [[`    ...numberKeptTrigger(db, number),\n`, ``]],
    test: 'test/database/postgres/schema-steps.test.ts',
  },
  {
    what: 'an index that was left invalid is made anew',
    file: 'src/database/postgres/live-ddl.ts',
    without: [[` AND indisvalid AND indisready AND indislive`, ``]],
    test: 'test/database/postgres/schema-steps.test.ts',
  },
  {
    what: 'an index that could not be made goes',
    file: 'src/database/postgres/live-ddl.ts',
    without: [[`    await db.script(drop)\n  } catch`, `  } catch`]],
    test: 'test/database/postgres/schema-busy.test.ts',
  },
  {
    what: 'a schema that was begun goes on where it was',
    file: 'src/migration/apply-schema.ts',
    without: [[`stand ?? schemaStart`, `schemaStart`]],
    test: 'test/database/postgres/schema-steps.test.ts',
  },
  {
    what: 'a process that stands still holds no locks for ever',
    file: 'src/database/postgres/open.ts',
    without: [[`'30s', false`, `'0', false`]],
    test: 'test/database/postgres/schema-steps.test.ts',
  },
  {
    what: 'other people’s triggers are found',
    file: 'src/database/sqlite/rehearsal.ts',
    without: [[`EXPLAIN UPDATE \${quote(info.name)} SET \${assignments}`, `EXPLAIN SELECT 1`]],
    test: 'test/database/rehearsal.test.ts',
  },
  {
    what: 'a task touches no record of another',
    file: 'src/sync/recorded-rows.ts',
    without: [[`sql\`w.task = \${literal(execution.task)}\``, `sql\`1 = 1\``]],
    test: 'test/sync/sync.test.ts',
  },
  {
    what: 'a target that refuses too many records stops the sync',
    file: 'src/sync/run-leg.ts',
    without: [[`if (!error) return`, `if (error !== undefined) return`]],
    test: 'test/sync/poison.test.ts',
  },
  {
    what: 'a sync that was stopped for that begins anew',
    file: 'src/sync/run-leg.ts',
    without: [[`db.transaction(() => giveUpSession(db))`, `Promise.resolve()`]],
    test: 'test/sync/poison.test.ts',
  },
  {
    what: 'names are quoted',
    file: 'src/domain/sql.ts',
    without: [[`raw(\`"\${name.replaceAll('"', '""')}"\`)`, `raw(name)`]],
    test: 'test/database/sales-tables.test.ts',
  },
  {
    what: 'no password is shown',
    file: 'src/password.ts',
    without: [[`url.replace(/(:\\/\\/[^:@/\\s]*):\\S*@/g, '$1:***@')`, `url`]],
    test: 'test/config.test.ts',
  },
  {
    what: 'formulas are defused',
    file: 'src/csv/field.ts',
    without: [[`looksLikeFormula.test(text) ? \`'\${text}\` : text`, `text`]],
    test: 'test/csv/write.test.ts',
  },
  {
    what: 'an export appears when it is whole',
    file: 'src/csv/write.ts',
    without: [[`return \`\${path}.part\``, `return path`]],
    test: 'test/csv/write.test.ts',
  },
  {
    what: 'an export is its owner’s',
    file: 'src/csv/write.ts',
    without: [[`0o600`, `0o666`]],
    test: 'test/csv/write.test.ts',
  },
  {
    what: 'every row that cannot be imported is counted',
    file: 'src/import/import.ts',
    without: [[`Object.values(rejectedByCode).reduce((sum, n) => sum + n, 0)`, `0`]],
    test: 'test/import/import-balance.test.ts',
  },
  {
    what: 'a row that others insert into a table just made is found',
    file: 'src/import/load.ts',
    without: [[`if (!isNew || db`, `if (isNew || db`]],
    test: 'test/import/import-resume.test.ts',
  },
  {
    what: 'one run at a time on a server',
    file: 'src/database/postgres/lock.ts',
    without: [[`if (!found?.taken)`, `if (!found)`]],
    test: 'test/database/lock.test.ts',
  },
  {
    what: 'a claim is of one worker',
    file: 'src/backfill/claims.ts',
    without: [[`LIMIT \${most} \${db.dialect.unlessTaken}`, `LIMIT \${most}`]],
    test: 'test/backfill/workers.test.ts',
  },
  {
    what: 'a sync of what changed takes contacts under accounts that were written',
    file: 'src/sync/affected.ts',
    without: [[`companyAttributes(leg).length > 0 &&`, `companyAttributes(leg).length < 0 &&`]],
    test: changed,
  },
  {
    what: 'a sync of what changed takes rows that share a number',
    file: 'src/sync/affected.ts',
    without: [[`IN (\${its} UNION \${had}) AND`, `IN (\${its} UNION \${had}) AND 1 = 0 AND`]],
    test: changed,
  },
  {
    what: 'changed rows go back after a sync of some templates',
    file: 'src/sync/sync.ts',
    without: [[`session.length === projects.length)`, `true)`]],
    test: changed,
  },
  {
    what: 'a change that is not committed yet is not missed',
    file: 'src/database/postgres/noted.ts',
    without: [[`DO UPDATE SET row_key = excluded.row_key`, `DO NOTHING`]],
    test: changed,
  },
  {
    what: 'a batch that others are in the way of becomes smaller',
    file: 'src/backfill/quarantine.ts',
    without: [[`!db.dialect.isContested(error)`, `true`]],
    test: 'test/backfill/contested.test.ts',
  },
  {
    what: 'a document waits for its contact that is being made',
    file: 'src/database/postgres/live-activity.ts',
    without: [
      [`  IF EXISTS (\${missing}) THEN\n    \${keepMeetingPlace('documents')}\n  END IF;\n`, ``],
      [`    \${keepMeetingPlace('documents')}\n    \${writeAwaited`, `    \${writeAwaited`],
    ],
    test: 'test/database/postgres/awaited.test.ts',
  },
  {
    what: 'a contact that brings its number waits for its documents',
    file: 'src/database/postgres/live-contact.ts',
    without: [[`otherwise: keepMeetingPlace('contacts')`, `otherwise: empty`]],
    test: 'test/database/postgres/awaited.test.ts',
  },
  {
    what: 'contacts that go are written down with their documents',
    file: 'src/database/postgres/awaited.ts',
    without: [[`SELECT DISTINCT \${rules.guid(key)} FROM gone WHERE`, `SELECT '' FROM gone WHERE`]],
    test: 'test/database/postgres/awaited.test.ts',
  },
  {
    what: 'contacts that are missing when the triggers come are written down',
    file: 'src/database/postgres/awaited.ts',
    without: [[`create: textOf(readAtOnce),`, `create: 'SELECT 1',`]],
    test: 'test/database/postgres/awaited.test.ts',
  },
  {
    what: 'a document of a contact that is being deleted is written down',
    file: 'src/database/postgres/live-activity.ts',
    without: [[`    \${writeAwaited(missing)};\n`, ``]],
    test: 'test/database/postgres/awaited.test.ts',
  },
  {
    what: 'who inserts what is there already waits for nobody',
    file: 'src/database/postgres/live-number.ts',
    without: [
      [`  IF NOT EXISTS (SELECT 1 FROM \${on}`, `  IF true OR NOT EXISTS (SELECT 1 FROM \${on}`],
    ],
    test: 'test/database/postgres/live-schema.test.ts',
  },
  {
    what: 'the server knows how many numbers are remembered',
    file: 'src/backfill/plan.ts',
    without: [[`  await db.dialect.renewStatistics(db, raw('p2c_given_number'))\n`, ``]],
    test: 'test/database/postgres/linear.test.ts',
  },
  {
    what: 'a new row is noted by the number that it is given',
    file: 'src/database/postgres/live-number.ts',
    without: [
      [`raw('s.n'))}, 1`, `raw('s.n'))}, 0`],
      [`p2c_given, 1)`, `p2c_given, 0)`],
      [`SET is_new = 1, number`, `SET is_new = g.is_new, number`],
    ],
    test: changed,
  },
  {
    what: 'a contact that comes again uses no number up',
    file: 'src/database/postgres/live-number.ts',
    without: [[`p2c_given := p2c_remembered;`, `p2c_given := NULL;`]],
    test: 'test/database/postgres/live-schema.test.ts',
  },
  {
    what: 'the number of a row that another has just inserted stays',
    file: 'src/database/postgres/live-number.ts',
    without: [
      [
        `\${onConflict} SET is_new = 1\n`,
        `\${onConflict} SET is_new = 1, number = excluded.number\n`,
      ],
    ],
    test: 'test/database/postgres/live-schema.test.ts',
  },
  {
    what: 'other settings make a sync compare every row',
    file: 'src/sync/changed-rows.ts',
    without: [[`known !== (await fingerprintOf(db, projects))`, `known === ''`]],
    test: changed,
  },
  {
    what: 'a trigger that is gone makes a sync compare every row',
    file: 'src/sync/changed-rows.ts',
    without: [[`!(await notesChanges(db))`, `false && !(await notesChanges(db))`]],
    test: changed,
  },
  {
    what: 'a run that lost its lock writes nothing',
    file: 'src/database/run.ts',
    without: [[`db.beforeCommit(() => mustHoldFence(db, run))`, `void mustHoldFence`]],
    test: 'test/database/fence.test.ts',
  },
  {
    what: 'a sweep is left out only where nobody wrote',
    file: 'src/backfill/run.ts',
    without: [[`mark === (await db.dialect.changeMark(db))`, `true`]],
    test: 'test/backfill/late-rows.test.ts',
  },
  {
    what: 'a list is used only where nobody wrote since',
    file: 'src/sync/selected-rows.ts',
    without: [
      [`listed.every(list => list.mark === mark)`, `listed.every(list => list.mark !== null)`],
    ],
    test: changed,
  },
  {
    what: 'the planner is told of tables that were just filled',
    file: 'src/database/postgres/dialect.ts',
    without: [
      [`await db.change(\n      sql\`ANALYZE`, `await Promise.resolve(\n      sql\`ANALYZE`],
    ],
    test: 'test/database/postgres/linear.test.ts',
  },
  {
    what: 'a replica is not taken for a server that can be written',
    file: 'src/database/postgres/open.ts',
    without: [[`(server.standby || server.read_only === 'on')`, `(server.read_only === 'on')`]],
    test: 'test/database/postgres/replica.test.ts',
  },
  {
    what: 'the progress of several workers never goes back',
    file: 'src/backfill/never-back.ts',
    without: [[`told = Math.max(told, event.done)`, `told = event.done`]],
    test: 'test/backfill/never-back.test.ts',
  },
  {
    what: 'nothing is delivered before the upgrade is done',
    file: 'src/deliver/deliver.ts',
    without: [
      [`await mustBeUpgraded(`, `void ((_db: Database, _what: string) => mustBeUpgraded)(`],
    ],
    test: deliver,
  },
  {
    what: 'what was delivered is read back and compared',
    file: 'src/deliver/compare-sheet.ts',
    without: [[`if (at < 0) continue`, `if (at < 1_000) continue`]],
    test: deliver,
  },
  {
    what: 'whoever undoes the upgrade hears of deliveries',
    file: 'src/upgrade/rollback.ts',
    without: [[`if (steps.length > 0) yield* nameDeliveries(db)`, `void nameDeliveries`]],
    test: deliver,
  },
  {
    what: 'a key that somebody else has is spared',
    file: 'src/sync/batch.ts',
    without: [
      [
        `...(await takenByAnother(db, leg, valueReader(compiled.fields))),`,
        `...(void takenByAnother, []),`,
      ],
    ],
    test: 'test/import/finops.test.ts',
  },
  {
    what: 'a source that a setting names is there',
    file: 'src/sync/projects.ts',
    without: [
      [`if (template) await mustHaveSources(`, `if (template && !db) await mustHaveSources(`],
    ],
    test: 'test/sync/added.test.ts',
  },
  {
    what: 'two parties of one contact are told',
    file: 'src/sync/sync.ts',
    without: [
      [
        `if (count === 0) return []\n  const message = \`\${project.name}: \${count} of`,
        `if (count >= 0) return []\n  const message = \`\${project.name}: \${count} of`,
      ],
    ],
    test: 'test/sync/sync.test.ts',
  },
  {
    what: 'what has changed since it was listed is read anew on PostgreSQL',
    file: 'src/database/postgres/change-tracking.ts',
    without: [[`(await isNoted(db)) ? null : 0`, `(await isNoted(db)) ? 0 : 0`]],
    test: changed,
  },
  {
    what: 'a batch does not go through the whole source',
    file: 'src/sync/recorded-rows.ts',
    without: [
      [
        `sourceWithin: sql\`(\${number} > \${after} AND \${number} <= \${last})\``,
        `sourceWithin: sql\`(\${number} <> \${after} OR \${number} <= \${last})\``,
      ],
    ],
    test: 'test/database/postgres/linear.test.ts',
  },
  {
    what: 'triggers look rows up by index',
    file: 'src/database/postgres/trigger.ts',
    without: [[`SET enable_seqscan = off`, `SET enable_seqscan = on`]],
    test: 'test/database/postgres/linear.test.ts',
  },
  {
    what: 'numbers are taken for unique only where all rows are kept apart',
    file: 'src/database/postgres/catalogue.ts',
    without: [[`AND i.indpred IS NULL\``, `AND true\``]],
    test: 'test/database/unique.test.ts',
  },
  {
    what: 'a part of a leg keeps what it did, in the transaction that did it',
    file: 'src/sync/run-leg.ts',
    without: [[`await keepPart(db, plan.execution, moved)`, `void keepPart`]],
    test: workers,
  },
  {
    what: 'of a leg that is under way only what its parts have reached is told',
    file: 'src/database/own-tables.ts',
    without: [[`r.key > p.after_key AND r.key <= p.leg_cursor`, `r.key > p.after_key`]],
    test: workers,
  },
  {
    what: 'a run that goes on takes the parts that are there',
    file: 'src/sync/run-leg.ts',
    without: [[`kept.length > 0 ? kept : await divide`, `kept.length < 0 ? kept : await divide`]],
    test: workers,
  },
  {
    what: 'a part ends where the next begins',
    file: 'src/sync/recorded-rows.ts',
    without: [
      [
        `const last = await keyAt(db, inWalk(after, end), rows - 1)`,
        `const last = await keyAt(db, inWalk(after, null), rows - 1)`,
      ],
    ],
    test: workers,
  },
  {
    what: 'a list has the rows of its part only',
    file: 'src/sync/selected-rows.ts',
    without: [
      [
        `const upToLast = last === null ? [] :`,
        `const upToLast = last === null ? [] : true ? [] :`,
      ],
    ],
    test: workers,
  },
  {
    what: 'lists of a killed run are dropped',
    file: 'src/sync/work-tables.ts',
    without: [[`name === 'work' ? allLists(db) :`, `name === 'work' ? allLists(db).slice(0, 1) :`]],
    test: workers,
  },
  {
    what: 'what a killed run needed for itself goes with a rollback',
    file: 'src/upgrade/rollback.ts',
    without: [[`  await dropAllWorkTables(db)\n`, ``]],
    test: workers,
  },
  {
    what: 'a number that somebody changed is found by a count',
    file: 'src/backfill/untouched.ts',
    without: [['  if (planned.kept < planned.rows) return false\n', '']],
    test: untouched,
  },
  {
    what: 'a flag that somebody changed is found by a count',
    file: 'src/backfill/untouched.ts',
    without: [['wrong === 0 && ', '']],
    test: untouched,
  },
  {
    what: 'a number that somebody gave to another row is found by a count',
    file: 'src/backfill/untouched.ts',
    without: [[' && (!dropped || numbered === planned.numbered)', '']],
    test: untouched,
  },
  {
    what: 'who makes tables aside keeps nobody from writing',
    file: 'src/database/sqlite/open.ts',
    without: [[`workAside === undefined ? 'BEGIN IMMEDIATE' : 'BEGIN'`, `'BEGIN IMMEDIATE'`]],
    test: ahead,
  },
  {
    what: 'rows that were written since a thread listed them are looked at anew',
    file: 'src/sync/ahead.ts',
    without: [
      [
        'return { length, mark: one.mark }',
        'return { length, mark: await db.dialect.salesMark(db) ?? 0 }',
      ],
    ],
    test: ahead,
  },
  {
    what: 'accounts that are refused meanwhile make the list anew',
    file: 'src/sync/ahead.ts',
    without: [['length !== null && (await isTrue(one, leg))', 'length !== null']],
    test: ahead,
  },
  {
    what: 'keys of records that were written while a list was made are looked for in it',
    file: 'src/sync/ahead.ts',
    without: [['if (!(await hasSharedKey(db, { execution, leg }, one.meanwhile)))', 'if (true)']],
    test: ahead,
  },
  {
    what: 'a thread that lists ahead leaves nothing behind',
    file: 'src/sync/work-tables.ts',
    without: [['  await db.dialect.workAside?.clear(db)\n', '']],
    test: ahead,
  },
]
