import { parentPort, workerData } from 'node:worker_threads'
import { connect } from '../database/connect.ts'
import { nameOf, type AheadData, type AheadMessage } from './ahead.ts'
import { draftBatches } from './batch.ts'
import { knownCountries } from './countries.ts'
import { makeCountryTable, makeLookUpTables } from './lookup-tables.ts'
import { projectOfTask, projectsOf } from './projects.ts'
import { everything } from './walk.ts'

/** A thread that lists what an execution goes through; started by ahead.ts. */
async function serve({ config, execution }: AheadData): Promise<AheadMessage> {
  const db = await connect(config, { mode: 'write', workAside: nameOf(execution) })
  try {
    const project = projectOfTask(await projectsOf(db), execution.task)
    const [leg] = project.legs
    await makeCountryTable(db, await knownCountries())
    await makeLookUpTables(db, leg)
    const { ground } = await draftBatches(db, project, leg, execution)
    const { length } = await ground.walk([db], [everything], null)
    return { length }
  } finally {
    await db.close()
  }
}

parentPort?.postMessage(await serve(workerData as AheadData))
