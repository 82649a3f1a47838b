/** What a process of simulated agents is asked, and what it answers: each call has an answer of the same name. */
export interface FleetCalls {
  /** Makes an agent of each join line. */
  readonly open: { readonly given: readonly string[]; readonly answer: null };
  /** Enrols all, some at a time: milliseconds of each. */
  readonly enrol: { readonly given: { readonly atOnce: number }; readonly answer: readonly number[] };
  /** Opens the stream of each that has none, and follows it from then on. */
  readonly follow: { readonly given: null; readonly answer: null };
  /** Ends the streams of one part of all agents. */
  readonly leave: { readonly given: Part; readonly answer: null };
  /** Delivers reports, some at a time, agent after agent: milliseconds of each. */
  readonly report: { readonly given: Load; readonly answer: readonly number[] };
  /** Reports in which one application changed, and in which nothing did. */
  readonly change: { readonly given: Load; readonly answer: readonly number[] };
  readonly heartbeat: { readonly given: Load; readonly answer: readonly number[] };
  /** Asks the feed, some at a time, agent after agent: milliseconds of each. */
  readonly poll: { readonly given: Load; readonly answer: readonly number[] };
}

/** How many requests, and how many of them at once. */
export interface Load {
  readonly count: number;
  readonly atOnce: number;
}

/** Every agent whose index, divided by `of`, leaves `part`. */
export interface Part {
  readonly part: number;
  readonly of: number;
}

/** A call on its way. */
export interface FleetCall {
  readonly id: number;
  readonly name: keyof FleetCalls;
  readonly given: unknown;
}

/** What such a process says: the answer to a call, an error in its place, or that an agent reported a new bundle. */
export type FleetWord =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'reported'; readonly cluster: string; readonly commit: string; readonly at: number };
