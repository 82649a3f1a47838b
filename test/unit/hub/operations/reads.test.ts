import { describe, expect, it } from 'vitest';
import { noteReads } from '../../../../hub/operations/reads.ts';
import type { AgentReads, ClusterRecord } from '../../../../hub/model/registry.ts';
import { memoryHub } from '../../../fakes/hub.ts';
import { enrolledCluster, now, published, stateOf } from '../../../fixtures/hub/status.ts';

/** A hub whose cluster `prod` was sent a bundle of a format, and that takes numbers as they are said. */
async function scene(format: number, reads: AgentReads | undefined) {
  const record: ClusterRecord = enrolledCluster('prod', reads === undefined ? {} : { reads });
  const bundle = published('prod', []);
  const hub = await memoryHub(stateOf([record], [{ ...bundle, revision: { ...bundle.revision, format } }]), now);
  return { hub, note: (header: string | undefined) => noteReads(hub.parts, record, header) };
}

describe('noteReads', () => {
  it.each<[string, number, AgentReads | undefined, string | undefined, number | undefined, number]>([
    ['records nothing of an agent that never said more than 1', 1, undefined, 'revision=1', undefined, 0],
    ['records nothing of one that says nothing', 1, undefined, undefined, undefined, 0],
    ['records a lower number, and wants a bundle that the agent reads', 2, { revision: 2 }, 'revision=1', 1, 1],
    ['takes an absent header for 1', 2, { revision: 2 }, undefined, 1, 1],
    ['records a lower number that the published bundle does not exceed', 1, { revision: 2 }, 'revision=1', 1, 0],
  ])('%s', async (_, format, reads, header, expected, passes) => {
    const { hub, note } = await scene(format, reads);
    note(header);
    note(header);
    const [observed] = hub.parts.reads.current().values();
    expect(observed?.revision).toBe(expected);
    expect(hub.passes).toHaveLength(passes);
  });
});
