import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { mapInvalid, type ImportMap } from './column-map.ts'

const mapSchema = z.record(z.string(), z.record(z.string(), z.string().nullable()))

/**
 * Reads a file for `--map`.
 *
 * @throws P2cError MAP_INVALID (exit 2)
 */
export async function readImportMap(path: string): Promise<ImportMap> {
  try {
    const text = await readFile(path, 'utf8')
    return mapSchema.parse(JSON.parse(text.replace(/^\uFEFF/, '')))
  } catch (cause) {
    throw mapInvalid(`the map of columns ${path} cannot be used`, messageOf(cause), cause)
  }
}

function messageOf(cause: unknown): string {
  if (cause instanceof z.ZodError) return z.prettifyError(cause).replaceAll('\n', ' ')
  return cause instanceof Error ? cause.message : String(cause)
}
