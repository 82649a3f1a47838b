import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gitTransport } from '../../agent/channel/git.ts';
import { verify } from '../../agent/channel/verify/verify.ts';
import type { Pulled } from '../../agent/model/bundle.ts';
import { createRepos } from '../../shared/adapters/git/repos.ts';
import { fetchLimits } from '../../shared/adapters/git/library.ts';
import { createHttp, type HttpClient } from '../../shared/adapters/http/client.ts';
import { isSluiceError, type Code } from '../../shared/errors.ts';
import { freshnessShard } from '../../shared/wire/freshness.ts';
import { channelFiles, goodBundle, identity, noon } from '../fixtures/agent/bundle.ts';
import { startGitServer, type GitServer } from '../fakes/git-server.ts';
import { commitFiles, git, gitWith, type GitFile } from '../fakes/git.ts';
import { startMutatingProxy, type Mutation, type MutatingProxy } from '../fakes/mutating-proxy.ts';

const clusterRef = `refs/heads/clusters/${identity.cluster}`;
const http = createHttp();
// A stall must not make the test slow, and a program of Git that starts late is none.
const impatient = { ...fetchLimits, http: { ...fetchLimits.http, idleMs: 8_000 } };
const signal = new AbortController().signal;

let folder: string;
let server: GitServer;
let proxy: MutatingProxy;
let template: string;
let gitdir: string;
let url: string;
let made = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-faults-'));
  server = await startGitServer({ folder: join(folder, 'repositories') });
  proxy = await startMutatingProxy(server.url);
  template = (await server.create('template')).gitdir;
  for (const [ref, files] of Object.entries(channelFiles())) await commitFiles(template, ref, files);
});

afterAll(async () => {
  await proxy.close();
  await server.close();
  http.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  proxy.mutate = () => 'none';
  made += 1;
  gitdir = join(server.folder, `channel-${made}.git`);
  url = `${proxy.url}/channel-${made}.git`;
  await cp(template, gitdir, { recursive: true });
});

const transport = (limits = fetchLimits) => gitTransport(createRepos(http, limits).source({ url }), identity);
const accepted = async (pulled: Pulled) => {
  if (pulled.kind === 'unchanged') return 'unchanged';
  const trust = { mark: null, rootVersion: 0, timeFloor: 0, previous: null };
  return (await verify({ snapshot: pulled.snapshot, identity, trust, now: noon })).mark.generation;
};
const faultOf = async (run: Promise<unknown>): Promise<Code | 'none'> => {
  try {
    await run;
    return 'none';
  } catch (error) {
    if (isSluiceError(error)) return error.code;
    throw error;
  }
};
const isFetch = (body: Buffer) => body.includes('want ');
const next = async (generation: number) => {
  const files = channelFiles(goodBundle({ generation }))[clusterRef]!;
  return commitFiles(gitdir, clusterRef, files, { parent: await git(gitdir, 'rev-parse', clusterRef) });
};

describe('a healthy channel on a stock Git server', () => {
  it('gives the bundle once, and says unchanged until a ref moves', async () => {
    const agent = transport();
    expect(await accepted(await agent.pull(null, signal))).toBe(7);
    expect(await accepted(await agent.pull(null, signal))).toBe('unchanged');
    await next(8);
    expect(await accepted(await agent.pull(null, signal))).toBe(8);
  });

  it('polls with one small request, however many other clusters there are', async () => {
    const agent = transport();
    await agent.pull(null, signal);
    for (let index = 0; index < 20; index += 1) {
      await git(gitdir, 'update-ref', `refs/heads/clusters/other-${index}`, clusterRef);
      await git(gitdir, 'update-ref', `${clusterRef}${index}`, clusterRef);
    }
    const [requests, bytes] = [server.requests.length, proxy.bytes()];
    expect(await accepted(await agent.pull(null, signal))).toBe('unchanged');
    expect(server.requests.slice(requests)).toEqual([`POST ${new URL(url).pathname}/git-upload-pack`]);
    // A prefix also lists edge-10 and edge-11 ..: what does not start alike costs nothing.
    expect(proxy.bytes() - bytes).toBeLessThan(400 + 20 * 80);
  });

  it('is read the same from its folder', async () => {
    const agent = gitTransport(createRepos(http).source({ url: `file://${gitdir}` }), identity);
    expect(await accepted(await agent.pull(null, signal))).toBe(7);
    expect(await accepted(await agent.pull(null, signal))).toBe('unchanged');
    await git(gitdir, 'gc', '--quiet');
    await next(8);
    expect(await accepted(await agent.pull(null, signal))).toBe(8);
  });
});

describe('a lying network', () => {
  const mutations: readonly (readonly [Mutation, readonly Code[]])[] = [
    ['cut', ['UNAVAILABLE']],
    ['shorten', ['UNAVAILABLE', 'PACK_INVALID']],
    ['corrupt', ['UNAVAILABLE', 'PACK_INVALID']],
    ['reset', ['UNAVAILABLE']],
    ['fail', ['UNAVAILABLE']],
    ['greet', ['UNAVAILABLE']],
  ];

  it.each(mutations)('a list of refs under "%s" is an error, and the next pull is whole', async (mutation, codes) => {
    const agent = transport();
    proxy.mutate = ({ body }) => (isFetch(body) ? 'none' : mutation);
    const fault = await faultOf(agent.pull(null, signal));
    expect([...codes, 'NOT_FOUND']).toContain(fault);
    proxy.mutate = () => 'none';
    expect(await accepted(await agent.pull(null, signal))).toBe(7);
  });

  it.each([...mutations, ['stall', ['TIMEOUT']] as const])(
    'a pack under "%s" is an error, keeps the last bundle, and the next pull is whole',
    async (mutation, codes) => {
      const agent = transport(mutation === 'stall' ? impatient : fetchLimits);
      await agent.pull(null, signal);
      await next(8);
      proxy.mutate = ({ body }) => (isFetch(body) ? mutation : 'none');
      expect(codes).toContain(await faultOf(agent.pull(null, signal)));
      proxy.mutate = () => 'none';
      expect(await accepted(await agent.pull(null, signal))).toBe(8);
    },
  );

  it('a pack that is corrupt once is fetched once more, within the same pull', async () => {
    let fetches = 0;
    proxy.mutate = ({ body }) => (isFetch(body) && body.includes('want ') && fetches++ === 0 ? 'corrupt' : 'none');
    expect(await accepted(await transport().pull(null, signal))).toBe(7);
  });
});

describe('a channel that lost something', () => {
  it.each([
    ['the ref of this cluster', clusterRef],
    ['main', 'refs/heads/main'],
  ])('%s missing is an error, never an empty bundle', async (_, ref) => {
    const agent = transport();
    await agent.pull(null, signal);
    await git(gitdir, 'update-ref', '-d', ref);
    expect(await faultOf(agent.pull(null, signal))).toBe('NOT_FOUND');
    expect(await faultOf(agent.pull(null, signal))).toBe('NOT_FOUND');
  });

  it('an emptied repository is an error', async () => {
    const agent = transport();
    await agent.pull(null, signal);
    for (const ref of Object.keys(channelFiles())) await git(gitdir, 'update-ref', '-d', ref);
    expect(await faultOf(agent.pull(null, signal))).toBe('NOT_FOUND');
  });

  it('a repository that is gone is an error', async () => {
    const agent = transport();
    await agent.pull(null, signal);
    await rm(gitdir, { recursive: true });
    expect(await faultOf(agent.pull(null, signal))).toBe('NOT_FOUND');
  });

  it('a rewound ref gives the older bundle to verify, which refuses it by its generation', async () => {
    const agent = transport();
    const old = await git(gitdir, 'rev-parse', clusterRef);
    await next(8);
    await agent.pull(null, signal);
    await git(gitdir, 'update-ref', clusterRef, old);
    const pulled = await agent.pull(null, signal);
    if (pulled.kind === 'unchanged') throw new Error('the ref has moved');
    const mark = { epoch: 1, generation: 8, revisionDigest: 'sha256:8' as const };
    const trust = { mark, rootVersion: 1, timeFloor: 0, previous: null };
    const checked = verify({ snapshot: pulled.snapshot, identity, trust, now: noon });
    expect(await faultOf(checked)).toBe('ROLLED_BACK');
  });
});

describe('a hostile host', () => {
  it('a pack that inflates beyond the limit is refused before it is unpacked', async () => {
    const agent = transport();
    await git(gitdir, 'config', 'core.compression', '1');
    await commitFiles(gitdir, clusterRef, { bomb: Buffer.alloc(140 * 1024 * 1024) });
    expect(await faultOf(agent.pull(null, signal))).toBe('LIMIT_EXCEEDED');
  });

  /** A few trees that stand for more paths than there are atoms: each has ten entries, all of them the next one. */
  const treeBomb = async (levels: number, leaf: string): Promise<string> => {
    let oid = leaf;
    for (let level = 0; level < levels; level += 1) {
      const entry = (name: number) => [Buffer.from(`40000 ${name}\0`), Buffer.from(oid, 'hex')];
      const tree = Buffer.concat(Array.from({ length: 10 }, (_, name) => Buffer.concat(entry(name))));
      oid = await gitWith(gitdir, tree, 'hash-object', '-t', 'tree', '-w', '--stdin');
    }
    return oid;
  };
  const moveTo = async (ref: string, tree: string) => {
    const commit = await git(gitdir, 'commit-tree', tree, '-m', 'hostile');
    await git(gitdir, 'update-ref', ref, commit);
  };

  it('a tree of a few objects that stands for endless paths is an error, whichever ref has it', async () => {
    const empty = await gitWith(gitdir, '', 'hash-object', '-t', 'tree', '-w', '--stdin');
    for (const ref of [clusterRef, 'refs/heads/main']) {
      const before = await git(gitdir, 'rev-parse', ref);
      await moveTo(ref, await treeBomb(28, empty));
      const fault = await faultOf(transport().pull(null, signal).then(accepted));
      expect(['NOT_FOUND', 'ROOT_INVALID']).toContain(fault);
      await git(gitdir, 'update-ref', ref, before);
    }
  });

  it('endless paths beside a good bundle cost nothing: only the paths that it names are read', async () => {
    const files = await git(gitdir, 'ls-tree', clusterRef);
    const empty = await gitWith(gitdir, '', 'hash-object', '-t', 'tree', '-w', '--stdin');
    const bomb = `040000 tree ${await treeBomb(28, empty)}\tx`;
    await moveTo(clusterRef, await gitWith(gitdir, `${files}\n${bomb}\n`, 'mktree'));
    expect(await accepted(await transport().pull(null, signal))).toBe(7);
  });

  it.each([
    ['bundle', clusterRef, 33],
    ['list of root documents', 'refs/heads/main', 2],
    ['freshness list', `refs/heads/fresh/${freshnessShard(identity.registration)}`, 2],
  ])('a %s with more bytes than its kind may have is refused', async (_, ref, mib) => {
    const noise = randomBytes(mib * 1024 * 1024);
    await commitFiles(gitdir, ref, { ...channelFiles()[ref], noise }, { parent: await git(gitdir, 'rev-parse', ref) });
    expect(await faultOf(transport().pull(null, signal))).toBe('LIMIT_EXCEEDED');
  });

  it('a folder with more entries than a bundle can have is refused', async () => {
    const blob = await gitWith(gitdir, '{}', 'hash-object', '-w', '--stdin');
    const name = (index: number) => String(index).padStart(6, '0');
    const lines = Array.from({ length: 80_000 }, (_, index) => `100644 blob ${blob}\t${name(index)}`);
    await moveTo(clusterRef, await gitWith(gitdir, `${lines.join('\n')}\n`, 'mktree'));
    expect(await faultOf(transport().pull(null, signal))).toBe('PACK_INVALID');
  });

  it('refs are fetched one after the other', async () => {
    let [open, most] = [0, 0];
    const slow: HttpClient = {
      ...http,
      request: async (order) => {
        most = Math.max(most, (open += 1));
        return http.request(order).finally(() => (open -= 1));
      },
    };
    await gitTransport(createRepos(slow).source({ url }), identity).pull(null, signal);
    expect(most).toBe(1);
  });

  it.each<[string, Record<string, GitFile>]>([
    ['a symbolic link', { 'revision.json': '{}', link: { mode: '120000', oid: '' } }],
    [
      'a submodule',
      { 'revision.json': '{}', module: { mode: '160000', oid: '1111111111111111111111111111111111111111' } },
    ],
  ])('%s in a bundle is refused', async (_, files) => {
    const oid = await gitWith(gitdir, '/etc/passwd', 'hash-object', '-w', '--stdin');
    const filled = Object.entries(files).map(([path, file]) =>
      typeof file === 'object' && 'oid' in file && file.oid === '' ? [path, { ...file, oid }] : [path, file],
    );
    await commitFiles(gitdir, clusterRef, Object.fromEntries(filled) as Record<string, GitFile>);
    expect(await faultOf(transport().pull(null, signal))).toBe('PACK_INVALID');
  });

  it.each([
    ['a name twice', ['revision.json', 'revision.json']],
    ['a name of two dots', ['..']],
    ['a name with a slash', ['a/b']],
    ['a name .git', ['.GIT']],
  ])('a tree with %s is refused', async (_, names) => {
    const blob = await gitWith(gitdir, '{}', 'hash-object', '-w', '--stdin');
    const tree = Buffer.concat(
      names.map((name) => Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, 'hex')])),
    );
    const oid = await gitWith(gitdir, tree, 'hash-object', '-t', 'tree', '-w', '--stdin', '--literally');
    const commit = await git(gitdir, 'commit-tree', oid, '-m', 'hostile');
    await git(gitdir, 'update-ref', clusterRef, commit);
    expect(await faultOf(transport().pull(null, signal))).toBe('PACK_INVALID');
  });
});
