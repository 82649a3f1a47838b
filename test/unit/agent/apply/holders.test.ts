import { describe, expect, it } from 'vitest';
import { assertMayTake, type Held } from '../../../../agent/apply/holders.ts';
import { isSluiceError } from '../../../../shared/errors.ts';
import { fakeKube, type FakeKube } from '../../../fakes/kube.ts';

const signal = new AbortController().signal;
const [ours, theirs] = ['ours', 'theirs'];

/** A cluster with an agent's state in this namespace. */
function withAgent(namespace: string, state: string) {
  return (kube: FakeKube) => {
    kube.put_({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const metadata = { name: 'sluice-state', namespace };
    kube.put_({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { state } });
  };
}

/** `may be taken`, or the hint of the refusal. */
async function take(
  held: Held,
  prepare: (kube: FakeKube) => void = () => undefined,
  takeOverFrom: string[] = [],
  predecessors: string[] = [],
) {
  const kube = fakeKube();
  prepare(kube);
  try {
    await assertMayTake({ kube, registration: ours, takeOverFrom, predecessors, signal }, held);
    return 'may be taken';
  } catch (error) {
    if (!isSluiceError(error, 'OBJECT_FOREIGN')) throw error;
    const who = held.holder === theirs ? ' (it belongs to registration theirs)' : '';
    expect(error.message).toBe(`an object of this name exists that is not ours${who}; it was not touched`);
    return error.data.hint;
  }
}

const site = 'put takeOverFrom: theirs into the ConfigMap sluice-site beside this agent';
const annotate = 'annotate the manifest with sluice.dev/adopt: "true"';
const installed = (where: string) =>
  `that registration may have an agent ${where}: uninstall it, or ${site}, to take it over`;
const agent = (registration: string) => `{"format":1,"registration":"${registration}"}`;

describe('an object that has a wanted name', () => {
  it.each<[rule: string, held: Held, prepare: (kube: FakeKube) => void, hint: string]>([
    [
      'of no registration, not asked for',
      { holder: undefined, mayAdopt: false },
      () => undefined,
      `${annotate} to take it over`,
    ],
    ['of no registration, asked for', { holder: undefined, mayAdopt: true }, () => undefined, 'may be taken'],
    [
      'of this registration without proof, not asked for',
      { holder: ours, mayAdopt: false },
      () => undefined,
      `${annotate} to take it over`,
    ],
    [
      'of this registration without proof, asked for',
      { holder: ours, mayAdopt: true },
      () => undefined,
      'may be taken',
    ],
    [
      'of another, not asked for',
      { holder: theirs, mayAdopt: false },
      () => undefined,
      `${site}, or ${annotate}, to take it over`,
    ],
    [
      'of another that has no agent here, asked for',
      { holder: theirs, mayAdopt: true },
      () => undefined,
      'may be taken',
    ],
    [
      'of another while an agent of a third is here',
      { holder: theirs, mayAdopt: true },
      withAgent('other-agent', agent('third')),
      'may be taken',
    ],
    [
      'of another whose agent is here',
      { holder: theirs, mayAdopt: true },
      withAgent('other-agent', agent(theirs)),
      installed('in namespace other-agent'),
    ],
    [
      'of another where that cannot be known',
      { holder: theirs, mayAdopt: true },
      (kube) => (kube.fault = (call) => (call.startsWith('list ConfigMap') ? 'FORBIDDEN' : null)),
      installed('somewhere here that may not be read'),
    ],
  ])('%s', async (_, held, prepare, hint) => {
    expect(await take(held, prepare)).toBe(hint);
  });

  it.each([true, false])(
    'is taken by the word of the site, its agent here or not (asked for: %s)',
    async (mayAdopt) => {
      const prepare = withAgent('other-agent', agent(theirs));
      expect(await take({ holder: theirs, mayAdopt }, prepare, ['third', theirs])).toBe('may be taken');
      expect(await take({ holder: theirs, mayAdopt }, prepare, ['third'])).not.toBe('may be taken');
    },
  );

  it('is left for a later pass where the API server does not answer', async () => {
    const broken = (kube: FakeKube) => (kube.fault = () => 'UNAVAILABLE');
    await expect(take({ holder: theirs, mayAdopt: true }, broken)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('an object of a registration that this cluster had before', () => {
  const held: Held = { holder: theirs, mayAdopt: false };
  const nothing = () => undefined;

  it('may be taken without a word of its manifest', async () => {
    expect(await take(held, nothing, [], [theirs])).toBe('may be taken');
    expect(await take(held, nothing, [], ['another'])).toBe(`${site}, or ${annotate}, to take it over`);
  });

  it('may not while an agent of that registration is installed here', async () => {
    expect(await take(held, withAgent('other-sluice', agent(theirs)), [], [theirs])).toBe(
      installed('in namespace other-sluice'),
    );
  });
});
