import type { Capabilities } from '../../shared/model/documents.ts';

const known = ['istio', 'gateway-api', 'ingress'] as const;

/** The capabilities that an agent's words or a command line stand for; words that mean nothing here are left out. */
export function capabilitiesOf(words: readonly string[]): Capabilities {
  return Object.fromEntries(known.filter((word) => words.includes(word)).map((word) => [word, true]));
}

/** The words that are no capability. */
export function unknownCapabilities(words: readonly string[]): string[] {
  return words.filter((word) => !(known as readonly string[]).includes(word));
}
