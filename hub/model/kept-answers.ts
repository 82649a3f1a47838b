/** Answers of the evaluator that outlive the process, by the digest of all that was asked. */
export interface KeptAnswers {
  /** The answer that was kept; null where there is none, or not a sound one. Never throws. */
  readonly get: (digest: string) => Promise<string | null>;
  /** Keeps an answer, in the background. Never throws. */
  readonly keep: (digest: string, answer: string) => void;
}
