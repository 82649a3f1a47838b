/** A text that is written, or stands in a file of the hub: `NAME/KEY` below its folder of secrets. */
export type EffectText =
  { readonly value: string } | { readonly secret: { readonly name: string; readonly key: string } };

/** The methods of a request. */
export const effectMethods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD'] as const;

/** One request to a server outside of clusters. */
export interface RequestEffect {
  /** Unique to this step of this attempt of this delivery, and the same for each try: the idempotency key. */
  readonly id: string;
  readonly kind: 'request';
  readonly method: (typeof effectMethods)[number];
  readonly url: EffectText;
  readonly headers: Readonly<Record<string, string>>;
  /** Its text; null = none. */
  readonly body: string | null;
  /** True where what the server answers is wanted, and not only that it took it. */
  readonly wantsAnswer: boolean;
}

/** A PromQL query whose answer must fulfil a condition for some time. */
export interface QueryEffect {
  readonly id: string;
  readonly kind: 'query';
  /** The address of Prometheus. */
  readonly url: EffectText;
  readonly query: string;
  /** `>=10`, `<0.05`, `==1`, `!=0`. */
  readonly condition: string;
  /** For how long it must hold without a break, and for how long it may not. */
  readonly forMs: number;
  readonly failMs: number;
}

/** A PromQL query that is asked again and again: more bad answers than are tolerated have failed. */
export interface AnalysisEffect {
  readonly id: string;
  readonly kind: 'analysis';
  readonly url: EffectText;
  readonly query: string;
  /** As of a query. */
  readonly condition: string;
  readonly everyMs: number;
  /** How many answers count. */
  readonly samples: number;
  /** How many of them may be bad. */
  readonly failures: number;
}

/** Something outside of clusters that is to be done once the pass that wants it is stored: at least once. */
export type Effect = RequestEffect | QueryEffect | AnalysisEffect;

/** What became of an effect. */
export interface Verdict {
  readonly ok: boolean;
  /** What the server answered, where that was wanted: `{ statusCode, header, body }`. */
  readonly value: unknown;
  /** In words; never with a secret. */
  readonly reason: string;
}

/** What is known of effects: verdicts, and what those that are not over say of themselves. */
export interface EffectsKnown {
  readonly verdict: (effect: Effect) => Verdict | undefined;
  /** Why an effect is not over yet, in words; empty = it runs. */
  readonly waits: (effect: Effect) => string;
}
