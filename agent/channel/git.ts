import { SluiceError } from '../../shared/errors.ts';
import type { RefSource, RepoFiles } from '../../shared/ports/repo.ts';
import { channelLimits } from '../../shared/model/limits.ts';
import { freshnessShard } from '../../shared/wire/freshness.ts';
import * as layout from '../../shared/wire/layout.ts';
import type { ChannelSnapshot, Transport } from '../model/bundle.ts';
import type { SignedBytes } from '../../shared/wire/envelope.ts';
import type { Identity } from '../model/site.ts';

/** Where each ref of ours stands; empty for a freshness list that the channel does not have. */
interface Commits {
  readonly revision: string;
  readonly roots: string;
  readonly freshness: string;
}

const limits = { revision: channelLimits.bundle, roots: channelLimits.list, freshness: channelLimits.list };

/** A ref's commit and what was read from it. */
interface Read<T> {
  readonly commit: string;
  readonly content: T;
}

/** A channel in a Git host or folder: one lookup a poll, and a fetch of each ref that moved. A missing bundle is an error. */
export function gitTransport(
  source: RefSource,
  identity: Pick<Identity, 'cluster' | 'registration'>,
): Pick<Transport, 'pull' | 'reset'> {
  const refs = {
    revision: layout.clusterRef(identity.cluster),
    roots: layout.mainRef,
    freshness: layout.freshRef(freshnessShard(identity.registration)),
  };
  let roots: Read<readonly SignedBytes[]> | null = null;
  let freshness: Read<SignedBytes | null> | null = null;
  let revision: Read<SignedBytes> | null = null;

  const isAt = (commits: Commits) =>
    revision?.commit === commits.revision && roots?.commit === commits.roots && freshness?.commit === commits.freshness;

  return {
    pull: async (have, signal) => {
      const found = await source.lookup(Object.values(refs), signal);
      const commits = {
        revision: required(found, refs.revision),
        roots: required(found, refs.roots),
        freshness: found.get(refs.freshness) ?? '',
      };
      if (isAt(commits)) return { kind: 'unchanged' };

      const files = (name: keyof Commits) => source.files(refs[name], commits[name], { limits: limits[name], signal });
      const bundle = lazily(() => files('revision'));
      // One after the other: what a hostile host sends for each of them must not add up.
      roots = await readMoved(roots, commits.roots, async () => readRoots(await files('roots')));
      freshness = await readMoved(freshness, commits.freshness, () =>
        readFreshness(() => files('freshness'), commits.freshness),
      );
      revision = await readMoved(revision, commits.revision, async () => readRevision(await bundle()));
      const object: ChannelSnapshot['object'] = async (path, digest) =>
        have?.objects.has(digest) === true ? null : (await bundle()).read(path);
      const snapshot = { roots: roots.content, revision: revision.content, freshness: freshness.content, object };
      return { kind: 'changed', snapshot };
    },
    reset: () => {
      [roots, freshness, revision] = [null, null, null];
    },
  };
}

function required(found: ReadonlyMap<string, string>, ref: string): string {
  const commit = found.get(ref);
  if (commit !== undefined) return commit;
  throw new SluiceError('NOT_FOUND', 'the channel has no such ref', { subject: ref });
}

/** The last content of a ref when its commit is unchanged, else the content that is read from it now. */
async function readMoved<T>(last: Read<T> | null, commit: string, parse: () => Promise<T>): Promise<Read<T>> {
  return last?.commit === commit ? last : { commit, content: await parse() };
}

/** All root documents, oldest first. */
async function readRoots(files: RepoFiles): Promise<readonly SignedBytes[]> {
  const roots: SignedBytes[] = [];
  for (let version = 1; ; version += 1) {
    const { document, signature } = layout.rootPaths(version);
    if ((await files.read(document)) === null) return roots;
    roots.push(await readSigned(files, document, signature));
  }
}

function readRevision(files: RepoFiles): Promise<SignedBytes> {
  return readSigned(files, layout.revisionPath, layout.revisionSignaturePath);
}

async function readFreshness(files: () => Promise<RepoFiles>, commit: string): Promise<SignedBytes | null> {
  if (commit === '') return null;
  return readSigned(await files(), layout.freshnessPath, layout.freshnessSignaturePath);
}

async function readSigned(files: RepoFiles, document: string, signature: string): Promise<SignedBytes> {
  const [payload, signatures] = await Promise.all([files.read(document), files.read(signature)]);
  if (payload === null) throw new SluiceError('NOT_FOUND', 'the channel lacks a file', { subject: document });
  if (signatures === null) throw new SluiceError('NOT_FOUND', 'the channel lacks a file', { subject: signature });
  return { payload, signatures };
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}
