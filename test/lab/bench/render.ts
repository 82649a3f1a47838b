import { availableParallelism } from 'node:os';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { startCueEngine, type CueEngine } from '../../../hub/cue/engine.ts';
import { workerLimits } from '../../../hub/cue/limits.ts';
import { sourceOf, type Evaluated, type Source } from '../../../hub/cue/program.ts';
import { startWorker } from '../../../hub/model/worker-handle.ts';
import { listsOf } from '../../../hub/model/assignments.ts';
import { place } from '../../../hub/place/place.ts';
import { newRenderMemory } from '../../../hub/render/memory.ts';
import { render, type RenderInput } from '../../../hub/render/render.ts';
import { emptyHistory, recordRevisions } from '../../../hub/render/revisions.ts';
import { fleetOf, targetsOf } from '../../fixtures/hub/fleet.ts';
import { quantile, type Book } from './figures.ts';

const applications = 500;
const [warmRounds, coldRounds] = [5, 3];

/**
 * Renders many applications of a component with two traits: for the first time (nothing is known), against the bare engine, which
 * is given the same templates without a hub around it, on as many threads; and again, when nothing changed.
 */
export async function measureRender(book: Book): Promise<void> {
  const input = renderInput();
  const threads = availableParallelism();
  const cold: number[] = [];
  const bare: number[] = [];
  const sources = await sourcesOf(input);
  // In turns, so that both have the same machine.
  for (let round = 0; round < coldRounds; round += 1) {
    bare.push(await bareMs(sources, threads));
    cold.push(await withEngine(threads, (cue) => msOf(() => rendered(cue, input))));
  }
  const [engineMs, hubMs] = [quantile(bare, 0.5), quantile(cold, 0.5)];
  const note = `${sources.length} templates on ${threads} threads`;
  book.add({ name: 'render-cold-vs-engine', value: engineMs / hubMs, unit: 'x', least: 0.9, note });
  const perCore = (ms: number): number => (sources.length / ms / threads) * 1000;
  book.add({ name: 'render-cold-per-s', value: perCore(hubMs), unit: 'templates', least: 200, note: 'a core' });
  book.add({
    name: 'render-engine-per-s',
    value: perCore(engineMs),
    unit: 'templates',
    note: 'a core, the bare engine',
  });
  book.add({ name: 'render-warm-per-s', value: await warmRate(input), unit: 'objects', least: 50_000 });
}

function renderInput(): RenderInput {
  const documents = Array.from({ length: applications }, (_, index) => application(index)).join('');
  const fleet = fleetOf(`${documents}---\nkind: Cluster\nmetadata: { name: local }\n`);
  const history = recordRevisions(emptyHistory, fleet);
  const targets = targetsOf(fleet);
  const placed = place({ fleet, history, targets, picks: new Map(), previous: [], localCluster: 'local' });
  return { fleet, history, targets, assignments: placed.assignments };
}

function application(index: number): string {
  const traits =
    `[{ type: scaler, properties: { replicas: ${(index % 9) + 1} } }, ` +
    `{ type: gateway, properties: { domain: a${index}.example.com, http: { "/": 80 } } }]`;
  const properties = `{ image: "example/web:${index}", ports: [{ port: 80, expose: true }], cpu: 100m, memory: 64Mi }`;
  return `---
kind: Application
metadata: { name: app-${index} }
spec: { components: [{ name: web-${index}, type: webservice, properties: ${properties}, traits: ${traits} }] }
`;
}

async function rendered(cue: CueEngine, given: RenderInput, memory = newRenderMemory()): Promise<number> {
  // Another list of the same: the very same one is not looked through again.
  const input = { ...given, assignments: [...listsOf(given.assignments).values()].flat() };
  const { apps } = await render(cue, input, new AbortController().signal, memory);
  if (apps.length !== applications) throw new Error(`${apps.length} applications of ${applications} were rendered`);
  return apps.flatMap(({ objects }) => objects).length;
}

/** What the evaluator is asked while the applications are rendered. */
async function sourcesOf(input: RenderInput): Promise<readonly Source[]> {
  const asked: Source[] = [];
  await withEngine(1, (cue) =>
    rendered(
      {
        ...cue,
        forApplication: (name) => ({
          evaluate: (programs, signal) => {
            asked.push(...programs.map(sourceOf));
            return cue.forApplication(name).evaluate(programs, signal);
          },
        }),
      },
      input,
    ),
  );
  return asked;
}

async function bareMs(sources: readonly Source[], threads: number): Promise<number> {
  const { threadMib, ...limits } = workerLimits;
  const url = new URL('../../../hub/cue/worker.ts', import.meta.url);
  const spec = { name: 'the bare engine', url, threadMib, ...limits, data: { memoryBytes: limits.memoryBytes } };
  const parts = Array.from({ length: threads }, (_, part) => sources.filter((_, index) => index % threads === part));
  const workers = parts.map((mine) => ({ mine, worker: startWorker<Source, Evaluated>(systemClock, spec) }));
  const { signal } = new AbortController();
  try {
    return await msOf(() => Promise.all(workers.map(({ mine, worker }) => worker.run(mine, signal))));
  } finally {
    await Promise.all(workers.map(({ worker }) => worker.close()));
  }
}

/** Objects a second, of what is rendered again when nothing changed. */
async function warmRate(input: RenderInput): Promise<number> {
  return withEngine(1, async (cue) => {
    const memory = newRenderMemory();
    const rates: number[] = [];
    for (let round = 0; round <= warmRounds; round += 1) {
      let objects = 0;
      const ms = await msOf(async () => (objects = await rendered(cue, input, memory)));
      if (round > 0) rates.push((objects / ms) * 1000);
    }
    return quantile(rates, 0.5);
  });
}

async function withEngine<T>(workers: number, work: (cue: CueEngine) => Promise<T>): Promise<T> {
  const cue = startCueEngine({ clock: systemClock, workers });
  try {
    return await work(cue);
  } finally {
    await cue.close();
  }
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
