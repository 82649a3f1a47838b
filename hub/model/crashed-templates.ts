/** Templates that the evaluator crashed on, by the digest of all that they were evaluated with: those are not tried again. */
export interface CrashedTemplates {
  readonly has: (digest: string) => boolean;
  /** Remembers one for good; never throws. `subject` names it for people. */
  readonly add: (digest: string, subject: string) => Promise<void>;
}
