import { parseReads } from '../../shared/wire/reads.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { HubParts } from './parts.ts';

/** The parts that noting needs. */
export type ReadsParts = Pick<HubParts, 'reads' | 'state' | 'clock' | 'trigger'>;

/** The header as it came. */
export type ReadsHeader = string | readonly string[] | undefined;

/**
 * Notes the header `Sluice-Reads` of a request whose sender was proved. A number below the format of the published bundle
 * starts a pass, which publishes it again in one that the agent reads; a higher one waits for the next reason.
 */
export function noteReads(
  { reads, state, clock, trigger }: ReadsParts,
  record: Pick<ClusterRecord, 'name' | 'registration' | 'reads'>,
  header: ReadsHeader,
): void {
  const noted = reads.note(record, parseReads(header).revision, new Date(clock.now()).toISOString());
  const published = state().bundles.get(record.name)?.revision.format;
  if (noted !== null && published !== undefined && noted.revision < published) trigger('report');
}
