import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet, RevisionHistory, Target } from '../../../../hub/model/fleet.ts';
import type { RenderedApp } from '../../../../hub/model/rendered.ts';
import { place } from '../../../../hub/place/place.ts';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { newRenderMemory, type RenderMemory } from '../../../../hub/render/memory.ts';
import { createRoundMemo } from '../../../../hub/render/round-memo.ts';
import type { RenderedFleet } from '../../../../hub/model/rendered.ts';
import { render } from '../../../../hub/render/render.ts';
import { emptyHistory, recordRevisions } from '../../../../hub/render/revisions.ts';
import { entryOf as entryIn } from '../../../../hub/plan/entry.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { fleetOf, targetsOf } from '../../../fixtures/hub/fleet.ts';

const entryOf = (rendered: RenderedApp, commit?: string) => entryIn(rendered, formats.revision.at(1), commit);
const web = (image: string, name: string): string => `---
kind: Application
metadata: { name: ${name} }
spec: { components: [{ name: ${name}, type: webservice, properties: { image: ${image}, port: 80 } }] }
`;
const deployment = (replicas: number): string => `---
kind: ApplicationDeployment
metadata: { name: deploy }
spec:
  traffic: { hosts: [a.example], http: [{ weightedTargets: [{ revisionName: a-v1, componentName: a, port: 80 }] }] }
  appRevisions: [{ revisionName: a-v1, placement: [{ distribution: { replicas: ${replicas} } }] }]
`;
const cluster = (capabilities: string): string => `---
kind: Cluster
metadata: { name: local }
spec: { capabilities: ${capabilities} }
`;

describe('what a render leaves to the next', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  const run = (
    facts: { fleet: Fleet; history: RevisionHistory; targets?: readonly Target[] },
    memory?: RenderMemory,
  ) => {
    const { fleet, history, targets = targetsOf(fleet) } = facts;
    const placed = place({ fleet, history, targets, picks: new Map(), previous: [], localCluster: 'local' });
    const input = { fleet, history, assignments: placed.assignments, targets };
    return render(cue, input, new AbortController().signal, memory);
  };
  const texts = ({ apps, ...rest }: RenderedFleet) => ({
    ...rest,
    apps: apps.map((app) => ({ app, entry: entryOf(app) })),
  });

  it('says at every step what a render without a memory says', async () => {
    const memory = newRenderMemory();
    const steps: [string, string][] = [
      ['c1', web('a:1', 'a') + web('b:1', 'b') + cluster('{}')],
      ['c2', web('a:1', 'a') + web('b:2', 'b') + cluster('{}')],
      ['c3', web('a:1', 'a') + web('b:2', 'b') + deployment(2) + cluster('{}')],
      ['c4', web('a:1', 'a') + web('b:2', 'b') + deployment(3) + cluster('{}')],
      ['c5', web('a:1', 'a') + web('b:2', 'b') + deployment(3) + cluster('{ istio: { gateways: [n/g] } }')],
      ['c6', web('a:1', 'a') + web('b:2', 'b') + deployment(3) + cluster('{ ingress: true }')],
      ['c7', web('a:1', 'a') + cluster('{ ingress: true }')],
    ];
    let history = emptyHistory;
    for (const [commit, text] of steps) {
      const fleet = fleetOf(text, { commit });
      history = recordRevisions(history, fleet);
      expect(texts(await run({ fleet, history }, memory)), commit).toEqual(texts(await run({ fleet, history })));
    }
  });

  it('renders again only what changed, and moves the commit of the rest', async () => {
    const memory = newRenderMemory();
    const first = fleetOf(web('a:1', 'a') + web('b:1', 'b') + cluster('{}'), { commit: 'c1' });
    const history = recordRevisions(emptyHistory, first);
    const one = await run({ fleet: first, history }, memory);
    const second = fleetOf(web('a:1', 'a') + web('b:2', 'b') + cluster('{}'), { commit: 'c2' });
    const two = await run({ fleet: second, history: recordRevisions(history, second) }, memory);
    expect(two.apps[0]?.objects).toBe(one.apps[0]?.objects);
    expect(two.apps[1]?.objects).not.toBe(one.apps[1]?.objects);
    expect(one.apps.map((app) => entryOf(app, 'c1').app.source)).toEqual(['c1', 'c1']);
    expect(two.apps.map((app) => entryOf(app, 'c2').app.source)).toEqual(['c2', 'c2']);
  });

  it('is all of it where nothing changed, whatever clusters tell of what takes none of it', async () => {
    const memory = newRenderMemory();
    const fleet = fleetOf(web('a:1', 'a') + cluster('{}'));
    const [history, targets] = [recordRevisions(emptyHistory, fleet), targetsOf(fleet)];
    const { assignments } = place({ fleet, history, targets, picks: new Map(), previous: [], localCluster: 'local' });
    // As in a pass: each makes its own way to what was reported.
    const again = () => {
      const input = { fleet, history, assignments, targets, liveOf: () => undefined, hasComponent: () => false };
      return render(cue, input, new AbortController().signal, memory);
    };
    expect(await again()).toBe(await again());
  });

  it('renders and encodes once what is the same on many clusters, one that comes later included', async () => {
    const memory = newRenderMemory();
    const site = (name: string, offers: string) => `---
kind: Cluster
metadata: { name: ${name}, labels: { site: ${name} } }
spec: { capabilities: ${offers} }
`;
    const placed = deployment(2).replace('placement: [{', 'placement: [{ clusterSelector: { pick: all },');
    const sites = site('c', '{}') + ['d', 'e', 'f'].map((name) => site(name, '{ ingress: true }')).join('');
    const fleet = fleetOf(web('a:1', 'a') + placed + sites, { commit: 'c1' });
    const history = recordRevisions(emptyHistory, fleet);
    const contents = async (...names: readonly string[]) => {
      const facts = { fleet, history, targets: targetsOf(fleet).filter(({ name }) => names.includes(name)) };
      const [kept, anew] = [await run(facts, memory), await run(facts)];
      expect(texts(kept)).toEqual(texts(anew));
      const apps = kept.apps.filter(({ name }) => name === 'deploy');
      return new Map(apps.map((app) => [app.cluster, entryOf(app).app]));
    };
    const first = await contents('c', 'd', 'e');
    expect(first.get('d')).toBe(first.get('e'));
    expect(first.get('c')?.digest).not.toBe(first.get('d')?.digest);
    await contents('c', 'd', 'e');
    const later = await contents('c', 'd', 'e', 'f');
    expect([later.get('d') === first.get('d'), later.get('f') === first.get('d')]).toEqual([true, true]);
    expect([...later.keys()]).toEqual(['c', 'd', 'e', 'f']);
  });

  it('encodes anew what has the same objects and says something else about them', async () => {
    const fleet = fleetOf(web('a:1', 'a') + cluster('{}'));
    const { apps } = await run({ fleet, history: recordRevisions(emptyHistory, fleet) });
    const [app] = apps;
    expect(entryOf({ ...app!, notes: ['other'] }).app.notes).toEqual(['other']);
    expect(entryOf(app!).app.notes).toEqual([]);
  });
});

describe('a memo of rounds', () => {
  it('answers for the very same sources alone', () => {
    const memo = createRoundMemo<string>();
    const [a, b] = [{}, {}];
    memo.set('x', [a, 'text'], 'value');
    expect(memo.get('x', [a, 'text'])).toBe('value');
    expect(memo.get('x', [b, 'text'])).toBeUndefined();
    expect(memo.get('x', [a, 'other'])).toBeUndefined();
    expect(memo.get('x', [a])).toBeUndefined();
    expect(memo.get('y', [a, 'text'])).toBeUndefined();
  });

  it('keeps what one round uses, and nothing else', () => {
    const memo = createRoundMemo<string>();
    memo.set('used', [], '1');
    memo.set('unused', [], '2');
    memo.endRound();
    expect(memo.get('used', [])).toBe('1');
    memo.endRound();
    expect(memo.get('used', [])).toBe('1');
    expect(memo.get('unused', [])).toBeUndefined();
    memo.endRound();
    memo.endRound();
    expect(memo.get('used', [])).toBeUndefined();
  });
});
