/** A database URL as it may be shown: the password replaced. */
export function withoutPassword(url: string): string {
  return url.replace(/(:\/\/[^:@/\s]*):\S*@/g, '$1:***@').replace(/(password=)[^&\s"]*/gi, '$1***')
}
