import { describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../hub/cue/engine.ts';
import { readCommits, type Intake, type IntakeMemory } from '../../../hub/intake.ts';
import type { ConfigSource } from '../../../hub/load/source.ts';
import type { State } from '../../../hub/model/state.ts';
import type { BrokenFile, Snapshot } from '../../../hub/model/source.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { parseYaml } from '../../../shared/lib/yaml.ts';
import { noCue } from '../../fakes/cue.ts';
import { stateOf } from '../../fixtures/hub/status.ts';

const repository = 'https://git.example/config.git';
const app = (name: string) => `kind: Application
metadata: { name: ${name} }
spec: { components: [{ name: web, type: worker, properties: { image: a } }] }
`;

function commit(name: string, texts: readonly string[], behind: number, facts: Partial<Snapshot> = {}): Snapshot {
  const documents = texts.flatMap((text, index) => {
    const path = `${index}.yaml`;
    const at = ({ line, column }: { line: number; column: number }) => ({ path, line, column });
    return parseYaml(text, path).map(({ value, spot, locate }) => ({
      value: { apiVersion: 'core.oam.dev/v1beta1', ...(value as object) },
      place: at(spot),
      locate: (steps: readonly (string | number)[]) => at(locate(steps)),
    }));
  });
  const nothing = { broken: [], files: new Map(), ignored: 0, problems: [] };
  return { repository, commit: name, descends: true, documents, behind, ...nothing, ...facts };
}

/** A file whose path nobody can ask for: what comes after validating falls over it. */
const poison: BrokenFile = Object.defineProperty(
  { path: '', problem: { code: 'YAML_SYNTAX', message: 'not YAML', severity: 'error' } },
  'path',
  {
    get: () => {
      throw new TypeError('path is gone');
    },
  },
);

function sourceOf(commits: readonly Snapshot[]): ConfigSource {
  return {
    repository,
    next: (last) => {
      const index = commits.findIndex((one) => one.commit === last?.commit);
      return Promise.resolve(commits[index + 1] ?? null);
    },
    again: (last) => Promise.resolve(commits.find((one) => one.commit === last.commit) ?? null),
    expect: () => undefined,
    watch: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** A hub's intake over a repository of some commits, as the passes of one process see it. */
function scene(commits: readonly Snapshot[], processed: string | null = null, cue: CueEngine = noCue) {
  let state: State = stateOf([], [], { source: processed === null ? null : { repository, commit: processed } });
  const source = sourceOf(commits);
  const memory: IntakeMemory = { last: null, passedOver: [] };
  const clock = { now: () => 0, monotonic: () => 0 };
  let last: Intake | null = null;
  const take = async (look = true, isPublished = true) => {
    const options = { look, signal: new AbortController().signal };
    const intake = await readCommits(
      { source, memory, clock, cue, metrics: { stage: () => undefined } },
      state,
      options,
    );
    last = intake;
    const { source: read, documents, broken, revisions, problems } = intake;
    if (isPublished) state = { ...state, source: read, documents, broken, revisions, problems };
    return {
      commit: read?.commit,
      apps: intake.fleet.applications.map(({ doc }) => doc.metadata.name),
      problems: problems.map(({ code, message }) => `${code} ${message}`),
      failure: intake.failure,
    };
  };
  /** What the ledger says, and other things that it says from now on. */
  const ledger = (facts: Partial<State> = {}): State => (state = { ...state, ...facts });
  const came = () => ({
    specs: last?.fleet.applications.map(({ doc }) => doc.spec),
    holds: last?.holds.map(({ app: of, cluster, by }) => [of, cluster, by]),
  });
  return Object.assign(take, { ledger, came });
}

describe('what a commit came to', () => {
  const [stays, shop] = [app('stays'), app('shop')];

  it('is not kept once a change that waits is approved', async () => {
    const commits = [commit('c1', [stays, shop], 0)];
    const take = scene(commits);
    await take();
    commits.push(commit('c2', [stays], 0, { descends: false }));
    expect((await take()).apps).toEqual(['stays', 'shop']);
    // A pass that publishes nothing keeps what it came to.
    expect((await take(false, false)).apps).toEqual(['stays', 'shop']);
    const changes = take.ledger().documents.flatMap(({ missing }) => (missing === null ? [] : [missing.change]));
    take.ledger({ approvals: changes.map((change) => ({ change, generation: 0, ids: [], by: 'ann', at: '' })) });
    expect((await take(false)).apps).toEqual(['stays']);
  });

  it('is what was there before, for an application of which a text of CUE cannot be read', async () => {
    const cue = startCueEngine({ clock: systemClock });
    const asking = (condition: string) =>
      shop
        .replace('image: a', 'image: b')
        .replace('}] }', `}], workflow: { steps: [{ name: ask, type: suspend, if: "${condition}" }] } }`);
    const [before, broken] = [commit('c1', [shop], 1), commit('c2', [asking('status.ask.failed &&')], 0)];
    const take = scene([before, broken], null, cue);
    const told = ['DOCUMENT_INVALID the condition cannot be read: expected operand, and it ends'];
    expect((await take()).problems).toEqual(told);
    const image = { components: [{ name: 'web', type: 'worker', properties: { image: 'a' } }] };
    const held = { specs: [image], holds: [['default/shop', null, 'document']] };
    expect(take.came()).toEqual(held);
    // And a hub that starts says the same of the commit that it has read.
    const again = scene([broken], 'c2', cue);
    again.ledger({ documents: take.ledger().documents });
    expect((await again()).problems).toEqual(told);
    expect(again.came()).toEqual(held);
    // One that can be read is what is in force.
    const mended = scene([commit('c1', [asking('status.ask.failed')], 0)], null, cue);
    expect((await mended()).problems).toEqual([]);
    expect(mended.came()).toMatchObject({ specs: [{ components: [{ properties: { image: 'b' } }] }], holds: [] });
    await cue.close();
  });

  it('is nothing where the hub stops while it is read: that says nothing of the commit', async () => {
    const stop = new AbortController();
    const evaluate = () => {
      stop.abort();
      return Promise.reject(new Error('the evaluator was stopped'));
    };
    const asking = shop.replace(
      '}] }',
      '}], workflow: { steps: [{ name: ask, type: suspend, if: status.ask.failed }] } }',
    );
    const memory: IntakeMemory = { last: null, passedOver: [] };
    const source = sourceOf([commit('c1', [asking], 0)]);
    const cue: CueEngine = { ...noCue, forApplication: () => ({ evaluate }) };
    const parts = {
      source,
      memory,
      cue,
      clock: { now: () => 0, monotonic: () => 0 },
      metrics: { stage: () => undefined },
    };
    await expect(readCommits(parts, stateOf([]), { look: true, signal: stop.signal })).rejects.toThrow('aborted');
    expect(memory).toEqual({ last: null, passedOver: [] });
  });

  it('is not kept where the ledger has other documents in force', async () => {
    const before = scene([commit('c1', [stays, shop], 0)]);
    await before();
    const problem = { code: 'YAML_SYNTAX', message: 'not YAML', severity: 'error' } as const;
    const take = scene([commit('c1', [stays], 0, { broken: [{ path: '1.yaml', problem }] })]);
    await take();
    expect((await take(false, false)).apps).toEqual(['stays']);
    take.ledger({ documents: before.ledger().documents });
    expect((await take(false)).apps).toEqual(['stays', 'shop']);
  });

  it('is not kept where the ledger has other revisions', async () => {
    const before = scene([commit('c1', [stays, shop], 0)]);
    await before();
    const take = scene([commit('c1', [stays], 0)]);
    await take();
    await take(false, false);
    const { revisions } = before.ledger();
    take.ledger({ revisions });
    await take(false);
    expect([...take.ledger().revisions.revisions.keys()]).toEqual([...revisions.revisions.keys()]);
  });
});

describe('the commits of one push', () => {
  const broken = app('store').replace('worker', 'nonsense');
  const c1 = commit('c1', [app('stays'), app('shop')], 0);
  const c2 = (texts: readonly string[]) => commit('c2', texts, 1, { changed: new Set() });
  const c3 = (texts: readonly string[]) => commit('c3', texts, 0, { changed: new Set() });
  const stays = app('stays');

  /** What is in force after the first push and the second one, after each of three passes. */
  async function after(commits: readonly Snapshot[]): Promise<readonly (readonly string[])[]> {
    const known = [c1];
    const take = scene(known);
    expect((await take()).apps).toEqual(['stays', 'shop']);
    known.push(...commits);
    const first = await take(true, false);
    const again = await take();
    return [first.apps, again.apps, (await take(false)).apps];
  }

  it.each<[string, readonly Snapshot[], readonly string[]]>([
    ['is removed, and came broken with a later one', [c2([stays]), c3([stays, broken])], ['stays', 'shop']],
    ['came broken, and is removed with a later one', [c2([stays, app('shop'), broken]), c3([stays])], ['stays']],
    [
      'came broken beside it, and then it is removed',
      [c2([stays, app('shop'), broken]), c3([stays, broken])],
      ['stays', 'shop'],
    ],
    ['came broken and is mended', [c2([stays, broken]), c3([stays, app('store')])], ['stays', 'store']],
    [
      'is removed, and comes back broken',
      [c2([stays]), c3([stays, app('shop').replace('worker', 'x')])],
      ['stays', 'shop'],
    ],
    ['is removed', [c2([stays]), c3([stays])], ['stays']],
    [
      'was never in force before them',
      [c2([stays, app('shop'), app('short')]), c3([stays, app('shop'), broken])],
      ['stays', 'shop'],
    ],
  ])('are judged together: what %s', async (_, commits, expected) => {
    expect(await after(commits)).toEqual([expected, expected, expected]);
  });

  it('of the first push are a history: what it removed runs nowhere', async () => {
    const take = scene([
      commit('c1', [stays, app('shop'), broken], 2),
      commit('c2', [stays, broken], 1),
      commit('c3', [stays, app('new'), broken], 0),
    ]);
    expect((await take()).apps).toEqual(['stays', 'new']);
  });
});

describe('a commit that the hub falls over', () => {
  const passedOver = expect.stringMatching(
    /^INTERNAL commit c2 cannot be processed and is passed over: path is gone/,
  ) as string;

  it('is passed over with a problem that names it, and what was known before counts on', async () => {
    const take = scene([commit('c1', [app('a')], 1), commit('c2', [app('b')], 0, { broken: [poison] })]);
    const first = await take();
    expect(first).toEqual({ commit: 'c2', apps: ['a'], problems: [passedOver], failure: null });
    // No crash loop, and no back-off: the next passes go on.
    expect(await take()).toEqual(first);
    expect(await take(false)).toEqual(first);
  });

  it('does not stop the next one', async () => {
    const take = scene([
      commit('c1', [app('a')], 2),
      commit('c2', [app('b')], 1, { broken: [poison] }),
      commit('c3', [app('c')], 0),
    ]);
    expect(await take()).toEqual({ commit: 'c3', apps: ['c'], problems: [], failure: null });
  });

  it('is told of where a pass before kept what the last one came to', async () => {
    const commits = [commit('c1', [app('a')], 0)];
    const take = scene(commits);
    await take();
    await take(false, false);
    commits.push(commit('c2', [app('b')], 0, { broken: [poison] }));
    expect((await take(true, false)).problems).toEqual([passedOver]);
  });

  it('is passed over after a restart, too', async () => {
    const take = scene([commit('c2', [app('b')], 0, { broken: [poison] })], 'c2');
    expect(await take()).toEqual({ commit: 'c2', apps: [], problems: [passedOver], failure: null });
    expect((await take()).failure).toBeNull();
  });
});
