import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'

export type Bytes = AsyncIterable<Buffer>

const chunkBytes = 64 * 1024
const newline = 0x0a
/** Bytes that are no text become lone surrogates from here on, which no text has. */
const escapedBytes = 0xdc00

/**
 * The text of bytes (UTF-8, UTF-16 with a BOM or recognized by its zero bytes),
 * in pieces that end anywhere, without its BOM. What is not valid is kept as lone surrogates: see
 * `isValidText`. Memory stays flat; leaving the loop closes what they come from.
 */
export async function* textOf(bytes: Bytes): AsyncGenerator<string, void, void> {
  let decode: Decoder | undefined
  let start = Buffer.alloc(0)
  for await (const chunk of bytes) {
    if (decode) {
      yield decode(chunk)
      continue
    }
    // A BOM may come in two pieces.
    start = Buffer.concat([start, chunk])
    if (start.length < 4) continue
    decode = decoderFor(start)
    yield withoutMark(decode(start))
  }
  if (decode) yield decode(null)
  else {
    decode = decoderFor(start)
    yield withoutMark(decode(start) + decode(null))
  }
}

/** Whether text was valid in the file's encoding. */
export function isValidText(text: string): boolean {
  return text.isWellFormed()
}

/** Text with what was not valid in it taken for Latin-1, which it mostly is. */
export function readable(text: string): string {
  return text.replace(/[\udc80-\udcff]/gu, byte =>
    String.fromCharCode(byte.charCodeAt(0) - escapedBytes),
  )
}

/** Text of the next bytes; null: there are no more. */
type Decoder = (bytes: Buffer | null) => string

/** The bytes of a file; of one that ends with `.gz`, those that are packed in it. */
export function bytesOf(path: string): Bytes {
  const file = createReadStream(path, { highWaterMark: chunkBytes })
  if (!path.toLowerCase().endsWith('.gz')) return file
  // Whoever reads hears of an error of either.
  return pipeline(file, createGunzip({ chunkSize: chunkBytes }), () => undefined)
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function decoderFor(start: Buffer): Decoder {
  const [first, second] = start
  if (first === undefined || second === undefined) return decoder(wholeUtf8, decodeUtf8)
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) {
    return decoder(wholeUtf16, bytes => bytes.toString('utf16le'))
  }
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) {
    return decoder(wholeUtf16, bytes => Buffer.from(bytes).swap16().toString('utf16le'))
  }
  return decoder(wholeUtf8, decodeUtf8)
}

/** Decodes what is whole, and keeps the rest for the next bytes. */
function decoder(
  wholeBytes: (bytes: Buffer) => number,
  decode: (bytes: Buffer) => string,
): Decoder {
  let rest: Buffer = Buffer.alloc(0)
  return bytes => {
    if (bytes === null) return escaped(rest)
    const all = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes
    const whole = wholeBytes(all)
    rest = all.subarray(whole)
    return decode(all.subarray(0, whole))
  }
}

function wholeUtf16(bytes: Buffer): number {
  return bytes.length - (bytes.length % 2)
}

/** Everything but the beginning of a character at the end. */
function wholeUtf8(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    if (needed > back) return bytes.length - back
    if (byte < 0x80 || byte >= 0xc0) break
  }
  return bytes.length
}

function decodeUtf8(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  let text = ''
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(newline, from)
    const line = bytes.subarray(from, end < 0 ? bytes.length : end + 1)
    text += isUtf8(line) ? line.toString('utf8') : escaped(line)
    from += line.length
  }
  return text
}

function escaped(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[\x80-\xff]/g, byte => String.fromCharCode(escapedBytes + byte.charCodeAt(0)))
}
