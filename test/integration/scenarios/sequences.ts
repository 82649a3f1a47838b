import { readFileSync } from 'node:fs';
import { expect, it, describe } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import type { Backend } from './backend.ts';
import { startFleet, type Fleet, type Site } from './fleet.ts';

/** A story of pushes, and what must hold after each (`test/fixtures/sequences`). */
interface Sequence {
  readonly name: string;
  readonly steps: readonly {
    readonly files: Readonly<Record<string, string>>;
    readonly expect: readonly string[];
  }[];
}

/** Each statement of a story with the check that it stands for; the values are its words in capitals. */
const statements: readonly (readonly [form: RegExp, holds: (scene: Scene, ...words: string[]) => Promise<boolean>])[] =
  [
    [/^exists (\S+)$/, async ({ site }, id) => (await site.view.get(id)) !== undefined],
    [/^absent (\S+)$/, async ({ site }, id) => (await site.view.get(id)) === undefined],
    [
      /^field (\S+) (\S+) = (.+)$/,
      async ({ site }, id, pointer, value) => JSON.stringify(at(await site.view.get(id), pointer)) === value,
    ],
    [/^weights (.+)$/, async ({ site }, weights) => weightsIn(await site.view.get(route)) === weights],
    [
      /^guarded (\S+) (\S+)$/,
      async ({ fleet }, code, app) =>
        (await fleet.status()).guarded.some((change) => change.code === code && change.application === app),
    ],
  ];
const route = 'networking.istio.io/VirtualService/default/front-deploy';

interface Scene {
  readonly fleet: Fleet;
  readonly site: Site;
}

function at(object: KubeObject | undefined, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
}

function weightsIn(object: KubeObject | undefined): string {
  const targets = (at(object, '/spec/http/0/route') ?? []) as { destination: { host: string }; weight?: number }[];
  return targets.map(({ destination, weight }) => `${destination.host}=${weight ?? 100}`).join(' ');
}

function statementOf(text: string): (scene: Scene) => Promise<boolean> {
  for (const [form, holds] of statements) {
    const words = form.exec(text);
    if (words !== null) return (scene) => holds(scene, ...words.slice(1));
  }
  throw new Error(`no statement reads: ${text}`);
}

/** Registers every story: after each push, once the cluster is settled, every statement holds. */
export function describeSequences(backend: Backend): void {
  const file = new URL('../../fixtures/sequences/sequences.json', import.meta.url);
  const sequences = JSON.parse(readFileSync(file, 'utf8')) as readonly Sequence[];
  describe(`stories of pushes, on ${backend.name}`, { timeout: 60_000 }, () => {
    it.each(sequences)('$name', async ({ steps }) => {
      const fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      try {
        await fleet.push(steps[0]!.files);
        const site = await fleet.join('local', { crds: ['istio'] });
        for (const [index, { files, expect: wanted }] of steps.entries()) {
          if (index > 0) await fleet.push(files);
          await fleet.settled();
          for (const text of wanted) {
            const holds = statementOf(text);
            await waitFor(
              `step ${index + 1}: ${text}`,
              async () => (await holds({ fleet, site })) || undefined,
              12_000,
            );
          }
        }
        const { applications } = await fleet.status();
        expect(applications.map(({ health }) => health)).toEqual(applications.map(() => 'Healthy'));
      } finally {
        await fleet.close();
      }
    });
  });
}
