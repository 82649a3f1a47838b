import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { previewFiles, previewJson, previewNotes, previewYaml } from '../../../../hub/cli/preview-output.ts';
import { previewFolder, type PreviewOptions } from '../../../../hub/operations/preview.ts';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { createRepos } from '../../../../shared/adapters/git/repos.ts';
import type { Http } from '../../../../shared/ports/http.ts';
import { parseYaml } from '../../../../shared/lib/yaml.ts';
import { idOf } from '../../../../shared/model/object.ts';
import { stageOf } from '../../../../shared/model/stages.ts';
import { git } from '../../../fakes/git.ts';

const examples = new URL('../../../../examples', import.meta.url).pathname;
const offline: Http = {
  request: () => Promise.reject(new Error('a preview needs no network')),
  events: () => Promise.reject(new Error('a preview needs no network')),
};
const { signal } = new AbortController();

describe('a preview', () => {
  let cue: CueEngine;
  let repository: string;
  const look = (dir: string, options: Omit<PreviewOptions, 'signal'> = {}) =>
    previewFolder(dir, { ...options, signal }, { cue, repos: createRepos(offline) });

  beforeAll(async () => {
    cue = startCueEngine({ clock: systemClock });
    repository = await mkdtemp(join(tmpdir(), 'sluice-preview-'));
    await git(repository, 'init', '-q');
    for (const step of ['1-v1', '2-v1-and-v2']) {
      await cp(join(examples, 'steps', step), repository, { recursive: true });
      await git(repository, 'add', '-A');
      await git(repository, '-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '-qm', step);
    }
  });
  afterAll(async () => {
    await cue.close();
    await rm(repository, { recursive: true });
  });

  it('renders the example of both versions from its history, on three clusters', async () => {
    const { clusters, problems } = await look(repository);
    expect(problems).toEqual([]);
    const names = clusters.map(({ name, objects }) => [
      name,
      ...objects.map((object) => `${object.kind} ${object.metadata.name}`),
    ]);
    expect(names).toEqual([
      [
        'edge-cluster-1',
        'Service example-app',
        'Service example-app-v1',
        'Service example-app-v2',
        'Deployment testsvc-v1',
        'Deployment testsvc-v2',
        'Ingress example-app-deploy',
      ],
      [
        'local',
        'Service example-app-v1',
        'Service example-app-v2',
        'Deployment testsvc-v1',
        'Deployment testsvc-v2',
        'HTTPRoute example-app-deploy',
      ],
      [
        'prod-cluster-1',
        'Service example-app-v1',
        'Service example-app-v2',
        'Deployment testsvc-v1',
        'Deployment testsvc-v2',
        'VirtualService example-app-deploy',
      ],
    ]);
  });

  it('reads what is not committed yet as one more change', async () => {
    const dirty = await mkdtemp(join(tmpdir(), 'sluice-preview-'));
    await cp(repository, dirty, { recursive: true });
    await cp(join(examples, 'steps', '4-broken-v3'), dirty, { recursive: true });
    const { clusters, problems } = await look(dirty, { cluster: 'local' });
    expect(problems).toEqual([]);
    expect(clusters[0]!.apps[0]!.revisions).toEqual(['example-app-v3']);
    await rm(dirty, { recursive: true });
  });

  it('has the newest revision alone in a plain folder, says so, and renders the rest', async () => {
    const { clusters, problems } = await look(join(examples, 'steps', '2-v1-and-v2'), { cluster: 'prod-cluster-1' });
    expect(problems.map(({ code, hint, place }) => [code, hint, place?.path])).toEqual([
      ['REVISION_NOT_FOUND', expect.stringContaining('a plain folder has the newest alone'), 'deployment.yaml'],
    ]);
    expect(clusters[0]!.apps[0]!.revisions).toEqual(['example-app-v1']);
  });

  it.each(['hello', 'own-definition'])(
    'renders the example %s on a local cluster that no document describes',
    async (name) => {
      const { clusters, problems } = await look(join(examples, name));
      expect(problems).toEqual([]);
      expect(clusters.map((cluster) => cluster.name)).toEqual(['local']);
      expect(clusters[0]!.objects.length).toBeGreaterThan(1);
      expect((await look(join(examples, name), { local: 'desk' })).clusters.map((cluster) => cluster.name)).toEqual([
        'desk',
      ]);
    },
  );

  it.each([
    ['example-app', 5],
    ['default/example-app-deploy', 5],
  ])('shows the application %s alone', async (app, count) => {
    const { clusters } = await look(repository, { app, cluster: 'local' });
    expect(clusters.map(({ objects }) => objects.length)).toEqual([count]);
  });

  it.each([{ app: 'nope' }, { cluster: 'nope' }])('refuses %j, which is not there', async (options) => {
    await expect(look(repository, options)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('prints the notes of a cluster above its objects, and of all clusters once', async () => {
    const shown = await look(repository);
    const [first, ...more] = shown.clusters;
    const apps = first!.apps.map((app) => ({ ...app, notes: ['a is called b'] }));
    const told = { ...shown, clusters: [{ ...first!, apps }, { ...first!, name: 'two', apps }, ...more] };
    const { namespace, name } = apps[0]!;
    const note = `note: ${namespace}/${name}: a is called b`;
    expect(previewYaml(told)).toContain(`---\n# cluster ${first!.name}\n# ${note}\n`);
    expect(previewNotes(told).filter((line) => line.startsWith(note))).toEqual([`${note} (on ${first!.name}, two)\n`]);
  });

  it('prints the same objects as JSON, as YAML and as files', async () => {
    const shown = await look(repository, { cluster: 'local' });
    const { objects } = shown.clusters[0]!;
    expect(JSON.parse(previewJson(shown))).toEqual({ clusters: [{ name: 'local', objects }], problems: [] });
    const ranks = objects.map((object) => stageOf(idOf(object)));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(parseYaml(previewYaml(shown), 'out.yaml').map(({ value }) => value)).toEqual(objects);
    const files = previewFiles(shown);
    expect([...files.values()].map((text) => JSON.parse(text) as unknown)).toHaveLength(objects.length);
    expect([...files.keys()]).toContain(
      'clusters/local/objects/default.example-app-deploy/Deployment.apps/default/testsvc-v2.json',
    );
  });

  it.each([
    ['a URL', 'https://git.example.com/config.git', 'a preview cannot read a URL'],
    ['a folder that is missing', join(examples, 'missing'), 'there is no such folder'],
    ['a file', new URL(import.meta.url).pathname, 'this is not a folder'],
  ])('refuses %s', async (_, dir, message) => {
    const refused = previewFolder(dir, { signal }, { cue, repos: createRepos(offline) });
    await expect(refused).rejects.toMatchObject({ code: 'USAGE', message });
  });
});
