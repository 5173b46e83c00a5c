/** The part of sql.js 1.0.1 that tests use: SQLite 3.28 as WebAssembly. */
declare module 'sql.js/dist/sql-wasm.js' {
  interface Result {
    readonly columns: readonly string[]
    readonly values: readonly (readonly (string | number | null)[])[]
  }
  class Database {
    constructor(bytes?: Uint8Array)
    run(statements: string): void
    exec(statements: string): Result[]
    close(): void
  }
  export default function initSqlJs(options: {
    readonly wasmBinary: Uint8Array
  }): Promise<{ readonly Database: typeof Database }>
}
