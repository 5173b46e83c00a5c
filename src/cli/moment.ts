/** A moment as people read it, UTC as it is kept: `2026-11-01 09:30:05 UTC`. */
export function moment(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}
