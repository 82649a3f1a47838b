import { providerNames, type ProviderName } from '../../shared/model/traffic.ts';
import type { Capabilities } from './documents.ts';

/** What a cluster can offer: so far, its traffic providers. */
export type Capability = ProviderName;

/** The capabilities that an agent's words or a command line stand for; words that mean nothing here are left out. */
export function capabilitiesOf(words: readonly string[]): Capabilities {
  return Object.fromEntries(providerNames.filter((word) => words.includes(word)).map((word) => [word, true]));
}

/** The words that are no capability. */
export function unknownCapabilities(words: readonly string[]): string[] {
  return words.filter((word) => !(providerNames as readonly string[]).includes(word));
}

/** True for a capability that is there; `false` and absent mean the same. */
export function isOffered(capabilities: Capabilities, word: Capability): boolean {
  return capabilities[word] !== undefined && capabilities[word] !== false;
}

/** What a cluster offers, sorted by name. */
export function capabilityWords(capabilities: Capabilities): Capability[] {
  return providerNames.filter((word) => isOffered(capabilities, word)).sort();
}
