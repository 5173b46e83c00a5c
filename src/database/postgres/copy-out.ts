import type pg from 'pg'
import { to } from 'pg-copy-streams'

/** What stands before the first row of COPY's binary format: a signature, flags and an extension, none of which is used. */
const headerBytes = 19

/** Before each text: how many fields the row has, which is one, or -1 behind the last row; and how long it is. */
const countBytes = 2
const lengthBytes = 4

/**
 * The texts of a query that gives one for each row, by COPY: a cursor keeps the server from reading
 * with several processes. Whoever does not read to the end can only close the connection.
 *
 * @param query binds nothing
 */
export async function* copiedTexts(
  client: pg.Client,
  query: string,
  chunkRows: number,
): AsyncGenerator<string[], void, void> {
  const bytes = client.query(to(`COPY (${query}) TO STDOUT (FORMAT binary)`))
  yield* textsIn(bytes as AsyncIterable<Buffer>, chunkRows)
}

/** The texts in what COPY writes, however it is cut; in chunks of which the last may be smaller. NULL is the empty text. */
export async function* textsIn(
  pieces: AsyncIterable<Buffer>,
  chunkRows: number,
): AsyncGenerator<string[], void, void> {
  let rest: Buffer = Buffer.alloc(0)
  let texts: string[] = []
  let at = headerBytes
  for await (const piece of pieces) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece
    for (;;) {
      const begin = at + countBytes + lengthBytes
      if (begin > bytes.length) break
      const end = begin + Math.max(bytes.readInt32BE(at + countBytes), 0)
      if (end > bytes.length) break
      texts.push(bytes.toString('utf8', begin, end))
      at = end
      if (texts.length < chunkRows) continue
      yield texts
      texts = []
    }
    const taken = Math.min(at, bytes.length)
    rest = bytes.subarray(taken)
    at -= taken
  }
  if (texts.length > 0) yield texts
}
