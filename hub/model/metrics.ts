/** The stages of a pass that are timed. */
export type StageName = 'load' | 'validate' | 'place' | 'deliver' | 'render' | 'plan' | 'publish' | 'notify';

/** What the hub counts; the web interface shows it in the Prometheus format. */
export interface Metrics {
  readonly stage: (name: StageName, ms: number) => void;
  readonly pass: (outcome: 'published' | 'unchanged' | 'failed', ms: number) => void;
  readonly published: (bundles: number) => void;
  readonly report: (outcome: 'taken' | 'replayed' | 'lacking' | 'refused') => void;
  readonly request: (route: string, status: number, ms: number) => void;
  /** A credential was refused. */
  readonly refused: (route: string, code: string) => void;
  /** A connection was cut to make room. */
  readonly cut: () => void;
  readonly streams: (open: number) => void;
  /** A delivery of an application ended, by how. */
  readonly delivered: (application: string, phase: string) => void;
  /** How long the content of an application took to arrive. */
  readonly leadTime: (application: string, seconds: number) => void;
}
