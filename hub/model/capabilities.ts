import type { Capabilities } from './documents.ts';

const known = ['istio', 'gateway-api', 'ingress'] as const;

/** A word that a cluster can offer traffic by. */
export type Capability = (typeof known)[number];

/** The capabilities that an agent's words or a command line stand for; words that mean nothing here are left out. */
export function capabilitiesOf(words: readonly string[]): Capabilities {
  return Object.fromEntries(known.filter((word) => words.includes(word)).map((word) => [word, true]));
}

/** The words that are no capability. */
export function unknownCapabilities(words: readonly string[]): string[] {
  return words.filter((word) => !(known as readonly string[]).includes(word));
}

/** True for a capability that is there; `false` and absent mean the same. */
export function isOffered(capabilities: Capabilities, word: Capability): boolean {
  return capabilities[word] !== undefined && capabilities[word] !== false;
}

/** What a cluster offers, sorted by name. */
export function capabilityWords(capabilities: Capabilities): Capability[] {
  return known.filter((word) => isOffered(capabilities, word)).sort();
}
