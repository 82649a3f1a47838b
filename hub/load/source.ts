import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asSluiceError, isSluiceError, SluiceError } from '../../shared/errors.ts';
import type { PushHint, Repo, Repos } from '../../shared/ports/repo.ts';
import type { Watch } from './watch.ts';
import type { Snapshot } from '../model/source.ts';
import { createFolderReader } from './folder.ts';
import { stepsAfter, type Step } from './history.ts';
import { listCommit } from './listing.ts';
import type { FileReader } from './reader.ts';
import { selector, type Selection } from './select.ts';
import { createSnapshotBuilder, type SnapshotBuilder } from './snapshot.ts';

/** Where the config repository is and what of it is read. */
export interface SourceSpec extends Selection {
  /** A Git URL, or a folder: a Git work tree or bare repository is read by its commits, any other by its content. */
  readonly location: string;
  /** The branch to follow; null = the repository's default branch. */
  readonly branch: string | null;
  /** A folder of ours for the clone of a URL. */
  readonly cache: string;
  readonly authorization?: () => string | null;
}

export interface SourcePorts {
  readonly repos: Pick<Repos, 'open' | 'openLocal'>;
  readonly watch: Watch;
  /** Reads files (default: on this thread). */
  readonly reader?: FileReader;
}

/** The config repository, followed. */
export interface ConfigSource {
  /** What a snapshot of it names as its repository. */
  readonly repository: string;
  /**
   * The next first-parent commit after the processed one, oldest first; of a plain folder the content, null while it is
   * unchanged. Throws SOURCE_UNAVAILABLE when it cannot be read, SOURCE_EMPTY when there is nothing: never an empty snapshot.
   */
  readonly next: (
    processed: { readonly repository: string; readonly commit: string } | null,
    signal: AbortSignal,
  ) => Promise<Snapshot | null>;
  /** Told of a push before anything was fetched; only saves time (see Repo.expect). */
  readonly expect: (push: PushHint) => void;
  /** The processed commit once more, for a hub that has just started; null for a folder, whose content `next` answers anyway. */
  readonly again: (
    processed: { readonly repository: string; readonly commit: string },
    signal: AbortSignal,
  ) => Promise<Snapshot | null>;
  /** Runs until the signal aborts and calls `wake` when there may be something new; resolves at once for a URL, which is polled. */
  readonly watch: (wake: () => void, signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens a config repository; nothing is fetched yet. Throws SOURCE_UNAVAILABLE for a folder that cannot be read. */
export async function openSource(spec: SourceSpec, ports: SourcePorts): Promise<ConfigSource> {
  if (/^https?:\/\//i.test(spec.location)) return gitSource(spec, ports, null);
  const dir = resolve(/^file:/i.test(spec.location) ? fileURLToPath(spec.location) : spec.location);
  const local = await ports.repos.openLocal(dir);
  return local === null ? folderSource(dir, spec, ports) : gitSource({ ...spec, location: dir }, ports, dir);
}

function folderSource(dir: string, spec: SourceSpec, ports: SourcePorts): ConfigSource {
  const isRead = selector(spec);
  const read = createFolderReader(dir, createSnapshotBuilder(spec, ports.reader), isRead);
  return {
    repository: dir,
    next: (_, signal) => read(signal),
    expect: () => undefined,
    again: () => Promise.resolve(null),
    watch: (wake, signal) =>
      ports.watch(
        [dir],
        { ignored: (path) => /[\\/](?:\.git|node_modules)(?:[\\/]|$)/.test(path), changed: wake },
        signal,
      ),
    close: () => Promise.resolve(),
  };
}

async function gitSource(spec: SourceSpec, ports: SourcePorts, dir: string | null): Promise<ConfigSource> {
  const repository = spec.location;
  const ref = spec.branch === null ? 'HEAD' : `refs/heads/${spec.branch}`;
  const { cache, authorization } = spec;
  const repo = await ports.repos.open({ url: repository, cache, ...(authorization && { authorization }) });
  const builder = createSnapshotBuilder(spec, ports.reader);
  const isRead = selector(spec);
  const steps = createSteps(repo, (signal) => tipOf(repo, ref, { repository, dir, signal }));

  const isShallow = async (): Promise<boolean> => dir !== null && (await repo.gap()) === 'shallow';

  return {
    repository,
    next: async (last, signal) => {
      try {
        const isOther = last !== null && last.repository !== repository;
        const processed = last === null || isOther || last.commit === '' ? null : last.commit;
        let descends = !isOther;
        const coming = await steps.after(processed, signal);
        if (coming.length > 0) await followFrom(builder, repo, processed);
        for (const step of coming) {
          descends &&= step.descends;
          const listing = await listCommit(repo, step.commit);
          // A commit without manifests on the way (a first README, say) is passed over; as the newest it is an error.
          if (step.behind > 0 && !listing.entries.some(({ path }) => isRead(path))) continue;
          return await builder.build(listing, { ...step, repository, descends, isShallow: await isShallow() }, signal);
        }
        return null;
      } catch (error) {
        steps.forget();
        throw unavailable(error, repository);
      }
    },
    expect: (push) => repo.expect(push),
    again: async (processed, signal) => {
      if (processed.repository !== repository || processed.commit === '') return null;
      try {
        const listing = await listCommit(repo, processed.commit);
        return await builder.build(
          listing,
          { repository, commit: processed.commit, descends: false, behind: 0 },
          signal,
        );
      } catch (error) {
        throw unavailable(error, repository);
      }
    },
    watch: async (wake, signal) => {
      if (dir === null) return;
      await ports.watch(await refFiles(dir), { ignored: (path) => path.endsWith('.lock'), changed: wake }, signal);
    },
    close: () => Promise.resolve(),
  };
}

/** The first-parent commits that wait, read from the repository once for all of them. */
interface Steps {
  readonly after: (processed: string | null, signal: AbortSignal) => Promise<readonly Step[]>;
  readonly forget: () => void;
}

function createSteps(repo: Repo, findTip: (signal: AbortSignal) => Promise<string>): Steps {
  let steps: readonly Step[] = [];
  let from: string | null = null;
  return {
    after: async (processed, signal) => {
      const done = steps.findIndex(({ commit }) => commit === processed);
      // The origin is asked again once every step that is listed was processed.
      if (steps.length > 0 && (done >= 0 ? done < steps.length - 1 : processed === from)) return steps.slice(done + 1);
      const tip = await findTip(signal);
      from = processed;
      steps = tip === processed ? [] : await stepsAfter(repo, { tip, processed }, signal);
      return steps;
    },
    forget: () => {
      steps = [];
    },
  };
}

// What a commit changed is told against the one processed last: a hub that has just started, or whose pass failed, looks it up.
async function followFrom(builder: SnapshotBuilder, repo: Repo, processed: string | null): Promise<void> {
  if (builder.following() === processed) return;
  // Without it everything counts as changed, which keeps more.
  const listing = processed === null ? null : await listCommit(repo, processed).catch(() => null);
  builder.follow(processed ?? '', listing);
}

async function tipOf(
  repo: Repo,
  ref: string,
  at: { readonly repository: string; readonly dir: string | null; readonly signal: AbortSignal },
): Promise<string> {
  const tip = at.dir !== null && ref === 'HEAD' ? (await repo.head()).commit : await repo.fetch(ref, at.signal);
  if (tip !== null) return tip;
  throw new SluiceError('SOURCE_EMPTY', `the config repository has no ${ref}`, {
    subject: at.repository,
    hint: 'nothing is deleted because of this; push the branch, or set `source.branch`',
  });
}

function unavailable(error: unknown, repository: string): SluiceError {
  if (isSluiceError(error, 'SOURCE_EMPTY', 'SOURCE_UNAVAILABLE', 'LIMIT_EXCEEDED', 'ABORTED')) return error;
  const cause = asSluiceError(error, 'SOURCE_UNAVAILABLE');
  if (cause.code === 'ABORTED') return cause;
  const data = { subject: repository, ...(cause.data.hint !== undefined && { hint: cause.data.hint }) };
  return new SluiceError('SOURCE_UNAVAILABLE', `the config repository cannot be read: ${cause.message}`, data, error);
}

/** The files of a local repository that change when a branch moves: of a linked work tree, those of both of its folders. */
async function refFiles(dir: string): Promise<string[]> {
  const link = await readFile(join(dir, '.git'), 'utf8').catch(() => null);
  const own = link === null ? null : resolve(dir, link.replace(/^gitdir:\s*/, '').trim());
  if (own === null) return [join(dir, '.git'), dir].flatMap(filesIn);
  const common = await readFile(join(own, 'commondir'), 'utf8').catch(() => '.');
  return [own, resolve(own, common.trim())].flatMap(filesIn);
}

function filesIn(folder: string): string[] {
  return ['HEAD', 'packed-refs', 'refs'].map((name) => join(folder, name));
}
