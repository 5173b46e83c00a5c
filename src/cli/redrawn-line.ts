import { widthOf } from './text-width.ts'

/** A line of a terminal that is written again and again in the same place. */
export interface RedrawnLine {
  readonly draw: (text: string) => void
  /** Takes it away, so that something else can be written. */
  readonly wipe: () => void
}

export function redrawnLine(write: (text: string) => void, columns: () => number): RedrawnLine {
  let shown = ''
  const erasure = () => {
    if (shown === '') return ''
    // A terminal that became narrower has wrapped the line.
    const above = Math.ceil(widthOf(shown) / columns()) - 1
    return `${above > 0 ? `\u001B[${above}A` : ''}\r\u001B[J`
  }
  return {
    draw: text => {
      if (text === shown) return
      write(`${erasure()}${text}`)
      shown = text
    },
    wipe: () => {
      write(erasure())
      shown = ''
    },
  }
}
