import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from './read-audit.ts'

/** The file of an audit that says what belongs to it. */
export const manifestFile = 'manifest.json'

/** Writes the manifest, whole or not at all; the last act of an export. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const path = join(folder, manifestFile)
  const beside = `${path}.part`
  const file = await open(beside, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
}

/** Takes an earlier manifest away: from now on the folder holds no complete audit. */
export async function removeManifest(folder: string): Promise<void> {
  await rm(join(folder, manifestFile), { force: true })
}
