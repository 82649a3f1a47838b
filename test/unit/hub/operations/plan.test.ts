import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { planText } from '../../../../hub/cli/plan-output.ts';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { planChange, type PlanOptions } from '../../../../hub/operations/plan.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { createRepos } from '../../../../shared/adapters/git/repos.ts';
import type { Http } from '../../../../shared/ports/http.ts';
import { git } from '../../../fakes/git.ts';
import { deliveryOf } from '../../../fixtures/hub/deliveries.ts';
import { stateOf } from '../../../fixtures/hub/status.ts';

const offline: Http = {
  request: () => Promise.reject(new Error('a plan needs no network')),
  events: () => Promise.reject(new Error('a plan needs no network')),
};
const { signal } = new AbortController();

const clusters = ['c1', 'c2', 'c3']
  .map(
    (name) => `kind: Cluster\nmetadata: { name: ${name}, labels: { env: prod, canary: "${String(name === 'c1')}" } }\n`,
  )
  .join('---\n');

const careful = `
    - name: careful
      type: rollout
      properties:
        waves: [{ name: canary, clusters: { labels: { canary: "true" } }, soak: 10m }, { name: fleet, approval: required }]`;

function app(image: string, more = ''): string {
  return `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: web }
spec:
  components:
    - { name: web, type: webservice, properties: { image: ${image} } }${more}
  policies:
    - { name: prod, type: topology, properties: { clusterLabelSelector: { env: prod } } }${careful}
`;
}

const claim = `
    - name: disk
      type: k8s-objects
      properties:
        objects:
          - apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: { name: data }
            spec: { storageClassName: fast, accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }`;

let cue: CueEngine;
let dir: string;
beforeAll(() => {
  cue = startCueEngine({ clock: systemClock });
});
afterAll(() => cue.close());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sluice-plan-'));
  await mkdir(dir, { recursive: true });
  await git(dir, 'init', '--quiet', '--initial-branch=main');
  await push({ 'clusters.yaml': clusters, 'app.yaml': app('nginx:1', claim) });
  return () => rm(dir, { recursive: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) await writeFile(join(dir, path), text);
}

async function push(files: Readonly<Record<string, string>>): Promise<void> {
  await write(files);
  await git(dir, 'add', '-A');
  await git(dir, '-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '-qm', 'change');
}

const plan = (options: Partial<PlanOptions> = {}) =>
  planChange(dir, { ...options, signal }, { cue, repos: createRepos(offline) });

describe('a plan', () => {
  it('tells clusters together that change alike, and the waves in order', async () => {
    await push({ 'app.yaml': app('nginx:2', claim) });
    const { groups, deliveries, guards, problems } = await plan();
    expect([problems, guards]).toEqual([[], []]);
    expect(groups.map((group) => group.clusters)).toEqual([['c1', 'c2', 'c3']]);
    const [deployment] = groups[0]?.changes.filter(({ id }) => id === 'apps/Deployment/default/web') ?? [];
    expect(deployment).toMatchObject({ how: 'update', restarts: true, risk: null });
    expect(deployment?.fields[0]).toEqual({
      path: 'spec.template.spec.containers[0].image',
      from: '"nginx:1"',
      to: '"nginx:2"',
    });
    const [{ steps } = { steps: [] }] = deliveries;
    expect(steps.map(({ waves }) => waves)).toEqual([
      [
        { name: 'canary', clusters: ['c1'], needsApproval: false, soakSeconds: 600 },
        { name: 'fleet', clusters: ['c2', 'c3'], needsApproval: true, soakSeconds: 0 },
      ],
    ]);
  });

  it('says that pods are replaced where a trait says so of itself', async () => {
    const things = `kind: ComponentDefinition
metadata: { name: thing }
spec: { schematic: { cue: { template: 'output: {apiVersion: "example.com/v1", kind: "Thing", spec: {}}' } } }
---
kind: TraitDefinition
metadata: { name: hard }
spec: { podDisruptive: true, schematic: { cue: { template: 'patch: spec: a: 1' } } }
`;
    const thing = (traits: string) => app('nginx:1', `\n    - { name: x, type: thing, traits: [${traits}] }`);
    await push({ 'types.yaml': things, 'app.yaml': thing('') });
    await push({ 'app.yaml': thing('{ type: hard }') });
    const { groups } = await plan();
    const changed = groups.flatMap(({ changes }) => changes.map(({ id, restarts }) => [id, restarts]));
    expect(changed).toEqual([['example.com/Thing/default/x', true]]);
  });

  it('is of what is not committed yet, else of the last commit, or of all since a base', async () => {
    await push({ 'app.yaml': app('nginx:2', claim) });
    await git(dir, 'branch', 'release');
    await push({ 'app.yaml': app('nginx:3', claim) });
    const from = async (options: Partial<PlanOptions> = {}) => {
      const { groups } = await plan(options);
      const fields = groups.flatMap(({ changes }) => changes.flatMap((change) => change.fields));
      return fields.find(({ path }) => path.endsWith('.image'))?.from ?? null;
    };
    expect(await from()).toBe('"nginx:2"');
    expect((await plan()).base).toBe(await git(dir, 'rev-parse', 'HEAD~1'));
    expect(await from({ base: 'HEAD~2' })).toBe('"nginx:1"');
    expect(await from({ base: 'release' })).toBe('"nginx:2"');
    expect(await from({ base: 'HEAD' })).toBeNull();
    await write({ 'app.yaml': app('nginx:4', claim) });
    expect(await from()).toBe('"nginx:3"');
    await expect(plan({ base: 'elsewhere' })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('names deliveries that have not brought the base everywhere, as a hub knows them', async () => {
    await push({ 'app.yaml': app('nginx:2', claim) });
    const records = [deliveryOf('default/web', 1), deliveryOf('default/other', 3)];
    const state = stateOf([], [], { deliveries: new Map(records.map((one) => [one.app, one])) });
    const { unfinished } = await plan({ local: 'local', hub: { state, localCluster: null } });
    expect(unfinished).toEqual([{ name: 'web#1', phase: 'running' }]);
  });

  it('is, of a branch that went on meanwhile, of what comes after the commit that both have', async () => {
    await git(dir, 'checkout', '-q', '-b', 'mine');
    await push({ 'app.yaml': app('nginx:2', claim) });
    await git(dir, 'checkout', '-q', 'main');
    await push({ 'other.yaml': app('nginx:9').replace('name: web }', 'name: other }') });
    await git(dir, 'checkout', '-q', 'mine');
    const { groups } = await plan({ base: 'main' });
    expect(groups.flatMap(({ changes }) => changes.map(({ app: name }) => name))).not.toContain('default/other');
    expect(groups).toHaveLength(1);
  });

  it('names deletions that wait for an approval, and what cannot be undone', async () => {
    await push({ 'app.yaml': app('nginx:1') });
    const found = await plan();
    const id = '/PersistentVolumeClaim/default/data';
    expect(found.guards).toEqual([
      { code: 'PROTECTED_DELETE', app: 'default/web', clusters: ['c1', 'c2', 'c3'], ids: [id] },
    ]);
    const text = planText(found, 80);
    expect(text).toContain('- PersistentVolumeClaim default/data');
    expect(text).toContain('PROTECTED_DELETE on c1, c2, c3: deletes PersistentVolumeClaim default/data');
    expect(text).toContain('PersistentVolumeClaim default/data: it is deleted with all that it holds');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('names what an API server will not change', async () => {
    await push({ 'app.yaml': app('nginx:1', claim.replace('fast', 'slow')) });
    const risks = (await plan()).groups.flatMap(({ changes }) => changes.flatMap(({ risk }) => risk ?? []));
    expect(risks).toEqual(['the API server refuses to change spec.storageClassName of what is there']);
  });

  it('says of what has errors that it keeps what it has, and not that it goes', async () => {
    await push({ 'app.yaml': app('nginx:2', claim.replace('1Gi', 'much')) });
    const found = await plan();
    expect([found.groups, found.held]).toEqual([[], ['default/web']]);
    expect(planText(found, 80)).toContain('keeps what it has');
  });

  it('keeps that on the clusters that its document still names alone, as a hub does', async () => {
    const narrow = app('nginx:2', claim.replace('1Gi', 'much')).replace('{ env: prod }', '{ canary: "true" }');
    await push({ 'app.yaml': narrow });
    const { groups, held, guards } = await plan();
    expect(held).toEqual(['default/web']);
    expect(groups.flatMap((group) => group.changes.map(({ how, id }) => [group.clusters, how, id]))).toEqual([
      [['c2', 'c3'], 'delete', '/PersistentVolumeClaim/default/data'],
      [['c2', 'c3'], 'delete', 'apps/Deployment/default/web'],
    ]);
    expect(guards.length).toBeGreaterThan(0);
  });

  it('says of what cannot be read that all of it stays, as a hub does', async () => {
    const narrow = app('nginx:2', claim).replace('{ env: prod }', '{ canary: "true" }');
    const workflow = `  workflow:
    steps:
      - { name: go, type: deploy, properties: { policies: [prod] } }
      - { name: ask, type: suspend, if: "status.go.failed &&" }
`;
    await push({ 'app.yaml': narrow + workflow });
    const found = await plan();
    expect([found.groups, found.deliveries, found.guards]).toEqual([[], [], []]);
    expect(found.problems.map(({ severity, app: of, message }) => [severity, of, message])).toEqual([
      ['error', 'default/web', 'the condition cannot be read: expected operand, and it ends'],
    ]);
    // And it goes once it can be read.
    await push({ 'app.yaml': narrow + workflow.replace(' &&', '') });
    const { groups } = await plan();
    expect(groups.flatMap((group) => group.changes.map(({ how, id }) => [group.clusters, how, id]))).toContainEqual([
      ['c2', 'c3'],
      'delete',
      'apps/Deployment/default/web',
    ]);
  });

  it('says that nothing changes', async () => {
    await push({ 'README.yaml': '# nothing\n' });
    const found = await plan();
    expect(planText(found, 80)).toBe(
      `nothing changes\ncompared with what is wanted by commit ${found.base?.slice(0, 12)}\n`,
    );
  });

  it('tells the problems that the change brings, and not those of before', async () => {
    await push({ 'old.yaml': 'kind: Application\nmetadata: { name: old }\nspec: { components: [] }\n' });
    await push({ 'new.yaml': 'kind: Application\nmetadata: { name: new }\nspec: { components: 1 }\n' });
    const { problems } = await plan();
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ place }) => place?.path === 'new.yaml')).toBe(true);
  });
});
