import { registrationOf } from '../../../fixtures/hub/facts.ts';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../../shared/wire/formats.ts';
import { nextOf, nextReads, setReads, withReads } from '../../../../hub/registry/reads.ts';
import type { AgentReads } from '../../../../hub/model/registry.ts';
import { enrolledCluster } from '../../../fixtures/hub/status.ts';

const now = '2026-01-01T12:00:00.000Z';
const hourAgo = '2026-01-01T11:00:00.000Z';
const recently = '2026-01-01T11:00:00.001Z';

describe('what is set for an agent that says nothing', () => {
  const record = enrolledCluster('prod', { reads: { revision: 2, loweredAt: recently } });
  const state = { clusters: new Map([['prod', record]]) };

  it.each([1, 2])('is recorded as it is given: %s', (reads) => {
    const { result } = setReads(state, 'prod', { reads, seen: null });
    expect(result).toEqual({ ...record, reads: { revision: reads } });
  });

  it('is refused for a format that is not written here, and for a registration other than the one that was seen', () => {
    const reads = formats.revision.newest + 1;
    expect(() => setReads(state, 'prod', { reads, seen: null })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error,
    );
    expect(() => setReads(state, 'prod', { reads: 1, seen: registrationOf('other') })).toThrow(
      expect.objectContaining({ code: 'CONFLICT' }) as Error,
    );
  });
});

describe('what counts as read by an agent', () => {
  it.each<[string, AgentReads | undefined, number, AgentReads | undefined]>([
    ['stays unsaid when it says 1', undefined, 1, undefined],
    ['is raised at once the first time', undefined, 2, { revision: 2 }],
    ['stays when it says the same', { revision: 2 }, 2, { revision: 2 }],
    ['is raised when it was never lowered', { revision: 2 }, 3, { revision: 3 }],
    ['is lowered at once', { revision: 3 }, 2, { revision: 2, loweredAt: now }],
    ['is lowered to 1 and says so', { revision: 2 }, 1, { revision: 1, loweredAt: now }],
    [
      'is not raised within an hour of that',
      { revision: 1, loweredAt: recently },
      2,
      { revision: 1, loweredAt: recently },
    ],
    ['is raised after an hour', { revision: 1, loweredAt: hourAgo }, 2, { revision: 2 }],
    [
      'stays lowered when it says the lower number again',
      { revision: 1, loweredAt: hourAgo },
      1,
      { revision: 1, loweredAt: hourAgo },
    ],
    ['is lowered again', { revision: 2, loweredAt: hourAgo }, 1, { revision: 1, loweredAt: now }],
  ])('%s', (_, current, said, expected) => {
    expect(nextOf(current, said, now)).toEqual(expected);
  });

  it('is never above the newest format of this hub, so that nothing is recorded while that is 1', () => {
    expect(nextReads(undefined, 99, now)?.revision ?? 1).toBe(formats.revision.newest);
  });
});

describe('the registry', () => {
  const [one, two] = [enrolledCluster('one'), enrolledCluster('two')];
  const clusters = new Map([
    ['one', one],
    ['two', two],
  ]);

  it('is the same value where nothing changed', () => {
    expect(withReads(clusters, new Map())).toBe(clusters);
    const read = withReads(clusters, new Map([[one.registration, { revision: 2 }]]));
    expect(withReads(read, new Map([[one.registration, { revision: 2 }]]))).toBe(read);
  });

  it('takes the number of a registration, and leaves the other records as they are', () => {
    const read = withReads(clusters, new Map([[registrationOf('two'), { revision: 2 }]]));
    expect(read.get('one')).toBe(one);
    expect(read.get('two')).toEqual({ ...two, reads: { revision: 2 } });
  });
});
