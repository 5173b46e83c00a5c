import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import { configSchema } from '../src/config.ts'

/** Writes p2c.schema.json, by which editors complete and check a configuration file. */
const schema = z.toJSONSchema(configSchema, { io: 'input' })
writeFileSync(
  new URL('../p2c.schema.json', import.meta.url),
  `${JSON.stringify({ ...schema, title: 'Configuration of p2c' }, null, 2)}\n`,
)
