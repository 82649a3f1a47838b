/** The answer to a query: a number, or why there is none. */
export type Measured = { readonly value: number } | { readonly missing: string };

/** Asks a query of a server of metrics; never throws. */
export type Measure = (address: string, query: string, signal: AbortSignal) => Promise<Measured>;
