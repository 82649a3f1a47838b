import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { heldBy, watchLoop, type LoopWatch } from '../../fixtures/loop.ts';
import { startHubWorld, type HubWorld } from './world.ts';

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

const app = (name: string, variables: number, attempt = 0): string => `apiVersion: core.oam.dev/v1beta1
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
${lines(variables, (index) => `          - {name: K${index}, value: "value ${attempt} number ${index}"}`)}
`;

const others = (attempt: number): string =>
  lines(
    6_500,
    (index) => `---\n{apiVersion: v1, kind: Pod, metadata: {name: p${attempt}-${index}}, spec: [${'1, '.repeat(180)}]}`,
  );

type Files = Readonly<Record<string, string>>;

/** Pushes that took a second and more of the hub's only thread, each in another place; no two tries have a text in common. */
const pushes: Readonly<Record<string, (attempt: number) => Files>> = {
  'a file with very many applications': (attempt) => ({
    'a.yaml': lines(400, (index) => `---\n${app(`a${index}`, 20, attempt)}`),
  }),
  'very many small files': (attempt) =>
    Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`apps/a${index}.yaml`, app(`f${index}`, 12, attempt)]),
    ),
  'a large application with very many values': (attempt) => ({ 'a.yaml': app('large', 30_000, attempt) }),
  'a document with very many unknown members': (attempt) => ({
    'a.yaml': `${app('unknown', 1, attempt)}${lines(9_900, (index) => `x${index}: [${'1, '.repeat(15)}]`)}\n`,
  }),
  'a file of 4 MiB that is not for the hub': (attempt) => ({ 'others.yaml': others(attempt) }),
  'a file whose aliases come to a lot': (attempt) => ({
    'a.yaml': `${app('aliases', 1, attempt)}x: &x [${'1, '.repeat(99)}]\ny: [${'*x, '.repeat(9_000)}]\n`,
  }),
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

  /** How often the hub answers until this is done. */
  async function answersDuring(push: Promise<unknown>): Promise<number> {
    let [isDone, answered] = [false, 0];
    void push.finally(() => (isDone = true));
    while (!isDone) {
      const response = await fetch(`${world.hub().url}/healthz`);
      await response.text();
      answered += 1;
      await systemClock.sleep(20, AbortSignal.timeout(60_000));
    }
    await push;
    return answered;
  }

  it.each(Object.entries(pushes))('goes on answering: %s', async (_, files) => {
    const { longest, most } = await heldBy(loop, async (attempt) => {
      const pushed = files(attempt);
      expect(await answersDuring(world.change(pushed))).toBeGreaterThan(5);
      await world.change(Object.fromEntries(Object.keys(pushed).map((path) => [path, null])));
    });
    expect(longest).toBeLessThan(most);
  });
});
