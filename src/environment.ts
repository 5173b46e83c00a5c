/** The process's own environment. Nothing else in p2c reads it. */
export const environment: Readonly<Record<string, string | undefined>> = process.env
