import { formats } from './formats.ts';

/** The header of every request of an agent to the hub, and of the hub's answers: which formats the sender reads. */
export const readsHeader = 'sluice-reads';

/** The highest format of each kind of document that the other side reads: that number and all below it. */
export interface Reads {
  /** Said by agents: bundles and the feed's answers. */
  readonly revision: number;
  /** Said by the hub: reports. */
  readonly report: number;
  /** Said by the hub: it has no report of this agent, and wants all of one. */
  readonly whole: boolean;
}

/** The header's value in requests of this agent. */
export const agentReads = `revision=${formats.revision.newest}`;

/** The header's value in answers of this hub. */
export const hubReads = `report=${formats.report.newest}`;

/** The same of a hub that has no report of the asking agent. */
export const hubReadsAndWants = `${hubReads} whole`;

const longest = 256;
const item = /^(revision|report)=([1-9][0-9]{0,5})$/;

/**
 * Reads the header: items `WORD=NUMBER`, separated by commas or spaces. An absent word is 1, and so is one whose number cannot
 * be read; unknown words are passed over; of a word that comes twice, the lower number counts. It is not signed, because
 * it chooses an encoding and never content. Never throws.
 */
export function parseReads(header: string | readonly string[] | undefined): Reads {
  const text = typeof header === 'string' ? header : (header ?? []).join();
  const reads = new Map<string, number>();
  const parts = text.length > longest ? [] : text.split(/[\s,]+/);
  for (const part of parts) {
    const [, word, digits] = item.exec(part) ?? [];
    if (word !== undefined) reads.set(word, Math.min(Number(digits), reads.get(word) ?? Infinity));
  }
  return { revision: reads.get('revision') ?? 1, report: reads.get('report') ?? 1, whole: parts.includes('whole') };
}
