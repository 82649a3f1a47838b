import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import type { Backend } from './backend.ts';
import { startFleet, type Fleet, type Site } from './fleet.ts';

/** A story of pushes, and what must hold after each (`test/fixtures/sequences`). */
interface Sequence {
  readonly name: string;
  /** The clusters of it; one that is called local unless told otherwise. Of two, FROM is the one that runs it first, TO the other. */
  readonly clusters?: readonly string[];
  readonly steps: readonly {
    readonly act?: string;
    readonly files: Readonly<Record<string, string>>;
    readonly expect: readonly string[];
  }[];
}

/** Each statement of a story with the check that it stands for; the values are its words in capitals. */
const statements: readonly (readonly [form: RegExp, holds: (scene: Scene, ...words: string[]) => Promise<boolean>])[] =
  [
    [/^(FROM |TO |)exists (\S+)$/, async (scene, at, id) => (await siteOf(scene, at).view.get(id)) !== undefined],
    [/^(FROM |TO |)absent (\S+)$/, async (scene, at, id) => (await siteOf(scene, at).view.get(id)) === undefined],
    [
      /^(FROM |TO |)field (\S+) (\S+) = (.+)$/,
      async (scene, at, id, pointer, value) =>
        JSON.stringify(valueAt(await siteOf(scene, at).view.get(id), pointer)) === value,
    ],
    [
      /^absent field (\S+) (\S+)$/,
      async ({ sites }, id, pointer) => valueAt(await sites[0]!.view.get(id), pointer) === undefined,
    ],
    [/^weights (.+)$/, async ({ sites }, weights) => weightsIn(await sites[0]!.view.get(route)) === weights],
    [
      /^guarded (\S+) (\S+)$/,
      async ({ fleet }, code, app) =>
        (await fleet.status()).guarded.some((change) => change.code === code && change.application === app),
    ],
    [
      /^exactly one of FROM and TO has (\S+)$/,
      async (scene, id) => {
        const has = await Promise.all(scene.sites.map(async ({ view }) => (await view.get(id)) !== undefined));
        if (has[1] === true) scene.sites.reverse();
        return has.filter(Boolean).length === 1;
      },
    ],
    [
      /^status says (.+)$/,
      async ({ fleet }, text) => (await fleet.status()).problems.some(({ message }) => message === text),
    ],
    [
      /^revision (\S+) of (\S+) has (\S+) and runs nowhere$/,
      async ({ fleet }, name, app, image) => {
        const { stdout } = await fleet.cli('revisions', app, '-o', 'json');
        const { applications } = JSON.parse(stdout) as Awaited<ReturnType<ReturnType<Fleet['client']>['revisions']>>;
        const found = applications.flatMap(({ revisions }) => revisions).find((one) => one.name === name);
        return (
          found !== undefined && found.commit !== '' && found.images.join() === image && found.clusters.length === 0
        );
      },
    ],
  ];
const route = 'networking.istio.io/VirtualService/default/front-deploy';

/** What a story does beside pushing. */
const acts: Readonly<Record<string, (scene: Scene) => void>> = {
  'kill the agent of TO': (scene) => siteOf(scene, 'TO ').agent().kill(),
  'start the agent of TO': (scene) => void siteOf(scene, 'TO ').start(),
};

interface Scene {
  readonly fleet: Fleet;
  /** FROM, then TO, as soon as that is known. */
  readonly sites: Site[];
}

function siteOf({ sites }: Scene, which = ''): Site {
  return sites[which === 'TO ' ? 1 : 0]!;
}

/** A text with the names of the clusters that FROM and TO are. */
function named({ sites }: Scene, text: string): string {
  return text.replaceAll(/\b(FROM|TO)\b/g, (word) => siteOf({ sites } as Scene, `${word} `).name);
}

function valueAt(object: KubeObject | undefined, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
}

function weightsIn(object: KubeObject | undefined): string {
  const targets = (valueAt(object, '/spec/http/0/route') ?? []) as { destination: { host: string }; weight?: number }[];
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
  describe(`stories of pushes, on ${backend.name}`, { timeout: 120_000 }, () => {
    // A loop keeps the names whole, which it.each cuts.
    for (const sequence of sequences) it(sequence.name, () => told(backend, sequence));
  });
}

async function told(backend: Backend, { steps, clusters = ['local'] }: Sequence): Promise<void> {
  const fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
  try {
    await fleet.push(steps[0]!.files);
    const scene: Scene = { fleet, sites: [] };
    for (const name of clusters) scene.sites.push(await fleet.join(name, { crds: ['istio'] }));
    for (const [index, step] of steps.entries()) {
      if (step.act !== undefined) acts[step.act]!(scene);
      else if (index > 0) await fleet.push(filesIn(scene, step.files));
      if (clusters.length === 1) await fleet.settled();
      for (const text of step.expect) {
        // Whose name it is matters where a text is compared.
        const holds = statementOf(text.startsWith('status says') ? named(scene, text) : text);
        await waitFor(`step ${index + 1}: ${text}`, async () => (await holds(scene)) || undefined, 30_000);
      }
    }
    await fleet.until('everything to be healthy', ({ applications }) =>
      applications.every(({ health }) => health === 'Healthy'),
    );
  } finally {
    await fleet.close();
  }
}

function filesIn(scene: Scene, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [named(scene, path), named(scene, text)]));
}
