import { describe, expect, it } from 'vitest';
import { loadKey, markEnrolled } from '../../../../agent/identity/keys.ts';
import { memoryContents } from '../../../../agent/model/contents.ts';
import { readOptions } from '../../../../agent/run/config.ts';
import { startAgent } from '../../../../agent/run/start.ts';
import { cronFields } from '../../../../shared/adapters/schedule.ts';
import { newSeed } from '../../../../shared/wire/envelope.ts';
import type { Http } from '../../../../shared/ports/http.ts';
import type { Repos } from '../../../../shared/ports/repo.ts';
import { manualClock, silentLog } from '../../../fakes/agent.ts';
import { fakeKube, type FakeKube } from '../../../fakes/kube.ts';
import { identity, noon } from '../../../fixtures/agent/bundle.ts';

const namespace = 'sluice-system';

/** Starts an agent with its join line, stops it once it is identified, and answers what it asked of the cluster until then. */
async function started(kube: FakeKube): Promise<readonly string[]> {
  const calls: string[] = [];
  kube.fault = (call) => (calls.push(call), null);
  const stop = new AbortController();
  const nothing = () => undefined;
  const probes = { leads: nothing, passBegins: nothing, passGoesOn: nothing, passEnds: nothing };
  const expires = new Date(noon + 60_000).toISOString();
  await startAgent(
    readOptions({ namespace }),
    {
      ...{
        kube,
        contents: memoryContents(),
        http: {} as Http,
        repos: {} as Repos,
        clock: manualClock(),
        random: () => 0,
      },
      ...{ uuid: () => 'u', cron: cronFields, log: silentLog, channelAuthorization: null, holder: 'a', version: '0' },
      ticket: { ...identity, url: 'https://git.example/r.git', format: 1, token: newSeed(), expires },
      probes: { ...probes, joined: () => stop.abort() },
    },
    stop.signal,
  ).catch(nothing);
  return calls.filter((call) => call.includes('Namespace/'));
}

describe('the namespace of an agent', () => {
  it('is asked for, and made where it is missing, by one that has no key there', async () => {
    const kube = fakeKube();
    kube.remove(`/Namespace//${namespace}`);
    expect(await started(kube)).toEqual([`get Namespace/${namespace}`, `post Namespace/${namespace}`]);
    expect(kube.read(`/Namespace//${namespace}`)).toBeDefined();
  });

  it('is not asked for by one that has its key in it: a restart costs no request for that', async () => {
    const kube = fakeKube();
    const place = { kube, namespace };
    const { signal } = new AbortController();
    const { seed } = await loadKey(place, identity, signal);
    await markEnrolled(place, { seed, token: 'token', identity }, signal);
    expect(await started(kube)).toEqual([]);
  });
});
