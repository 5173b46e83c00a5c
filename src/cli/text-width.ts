/** Characters that take two columns of a terminal. */
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u
const plain = /^[\x20-\x7e]*$/
const colours = /\u001B\[\d+m/g
/** Made by the first text that is not plain: it costs some 20 ms, and most output is plain. */
let segmenter: Intl.Segmenter | undefined

/** The columns that a text takes on a terminal; colours take none. */
export function widthOf(text: string): number {
  const bare = text.replace(colours, '')
  if (plain.test(bare)) return bare.length
  return charactersOf(bare).reduce((sum, character) => sum + widthOfCharacter(character), 0)
}

/** The text in at most so many columns: what is too much goes from its middle. */
export function shortened(text: string, columns: number, cut: string): string {
  if (widthOf(text) <= columns) return text
  const room = columns - widthOf(cut)
  if (room < 2) return taken(charactersOf(text), columns).join('')
  const characters = charactersOf(text)
  const head = taken(characters, Math.ceil(room / 2))
  const tail = taken(characters.reverse(), Math.floor(room / 2)).reverse()
  return [...head, cut, ...tail].join('')
}

/** The first characters that fit. */
function taken(characters: readonly string[], columns: number): string[] {
  let used = 0
  const end = characters.findIndex(character => (used += widthOfCharacter(character)) > columns)
  return characters.slice(0, end < 0 ? undefined : end)
}

/** As a reader counts them: a letter with its accents is one. */
function charactersOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter()
  return [...segmenter.segment(text)].map(({ segment }) => segment)
}

function widthOfCharacter(character: string): number {
  if (/^\p{Cc}/u.test(character)) return 0
  return wide.test(character) ? 2 : 1
}
