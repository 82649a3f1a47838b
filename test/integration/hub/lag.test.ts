import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { longestTurn, watchLoop, type LoopWatch } from '../../fixtures/loop.ts';
import { startHubWorld, type HubWorld } from './world.ts';

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

const app = (name: string, variables: number): string => `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: ${name}
spec:
  components:
    - name: web
      type: webservice
      properties:
        image: example/web:1
        env:
${lines(variables, (index) => `          - {name: K${index}, value: "value number ${index}"}`)}
`;

const others = lines(
  6_500,
  (index) => `---\n{apiVersion: v1, kind: Pod, metadata: {name: p${index}}, spec: [${'1, '.repeat(180)}]}`,
);

/** Pushes that took a second and more of the hub's only thread, each in another place. */
const pushes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a file with very many applications': {
    'a.yaml': lines(400, (index) => `---\n${app(`a${index}`, 20)}`),
  },
  'very many small files': Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [`apps/a${index}.yaml`, app(`f${index}`, 12)]),
  ),
  'a large application with very many values': { 'a.yaml': app('large', 30_000) },
  'a document with very many unknown members': {
    'a.yaml': `${app('unknown', 1)}${lines(9_900, (index) => `x${index}: [${'1, '.repeat(15)}]`)}\n`,
  },
  'a file of 4 MiB that is not for the hub': { 'others.yaml': others },
  'a file whose aliases come to a lot': {
    'a.yaml': `${app('aliases', 1)}x: &x [${'1, '.repeat(99)}]\ny: [${'*x, '.repeat(9_000)}]\n`,
  },
};

describe('the web interface of a hub, while it takes in a push', () => {
  let world: HubWorld;
  let loop: LoopWatch;
  beforeAll(async () => {
    world = await startHubWorld({ 'z.yaml': app('z', 1) }, { localCluster: 'local' });
    // Code that runs for the first time takes ten times as long.
    await world.change({ 'z.yaml': app('z', 200) });
    loop = watchLoop();
  });
  afterAll(async () => {
    loop.stop();
    await world.close();
  });

  it.each(Object.entries(pushes))('goes on answering: %s', async (_, files) => {
    const most = longestTurn();
    await new Promise(setImmediate);
    loop.longest();
    const push = world.change(files);
    let [isDone, answered] = [false, 0];
    void push.finally(() => (isDone = true));
    while (!isDone) {
      const response = await fetch(`${world.hub().url}/healthz`);
      await response.text();
      answered += 1;
      await systemClock.sleep(20, AbortSignal.timeout(60_000));
    }
    await push;
    const longest = loop.longest();
    expect(longest).toBeLessThan(most);
    expect(answered).toBeGreaterThan(5);
    await world.change(Object.fromEntries(Object.keys(files).map((path) => [path, null])));
  });
});
