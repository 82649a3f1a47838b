/** A commit as it stands in a repository. A shallow repository's oldest commits have no parents here. */
export interface RepoCommit {
  readonly oid: string;
  readonly tree: string;
  readonly parents: readonly string[];
  /** Milliseconds since the epoch by the clock of the committer's machine. */
  readonly committedAt: number;
  readonly message: string;
}

/** All files of a commit, by path (`a/b.yaml`), and the entries of its tree that are no plain files. */
export interface RepoTree {
  /** Path -> blob. */
  readonly files: ReadonlyMap<string, string>;
  /** What is never followed and never read. */
  readonly others: readonly RepoOther[];
}

/** A symbolic link, a submodule, or an entry whose name or mode cannot be used. */
export interface RepoOther {
  readonly path: string;
  readonly kind: 'symlink' | 'submodule' | 'odd';
  /** Of a link: the blob that says where it leads. */
  readonly oid: string;
  /** Of an odd entry: why it cannot be used, in words, and the odd entry that it is or lies below. */
  readonly odd?: { readonly why: string; readonly root: string };
}

/**
 * Reads one repository by object id. Missing or corrupt objects throw PACK_INVALID; entries of a tree that cannot be used
 * (names that are not UTF-8, empty, duplicate or `..`) are among its `others`. Nothing is ever checked out or changed.
 */
export interface RepoReader {
  /** The commit of an exact ref (`refs/heads/main`), packed or loose; null when there is no such ref. */
  readonly resolve: (ref: string) => Promise<string | null>;
  /** The branch that HEAD names (null when detached) and its commit (null when unborn). */
  readonly head: () => Promise<{ readonly ref: string | null; readonly commit: string | null }>;
  readonly commit: (oid: string) => Promise<RepoCommit>;
  /** The commit and its first parents, newest first. */
  readonly firstParents: (from: string, signal: AbortSignal) => AsyncIterable<RepoCommit>;
  /** True when `ancestor` is `commit` or one of its ancestors by any parent; false when it is unknown here. */
  readonly descends: (commit: string, ancestor: string, signal: AbortSignal) => Promise<boolean>;
  readonly tree: (commit: string) => Promise<RepoTree>;
  readonly blob: (oid: string) => Promise<Uint8Array>;
  /** What it was cloned without: commits (`--depth`), or objects (`--filter`), which are SOURCE_UNAVAILABLE; null = it is whole. */
  readonly gap: () => Promise<'shallow' | 'partial' | null>;
}

/** A repository that is followed: looked up cheaply, fetched with its history into a cache of ours. */
export interface Repo extends RepoReader {
  /**
   * The commit that the origin's ref has now, without fetching it. Null only when the origin answered in full and has no
   * such ref. `HEAD` stands for the origin's default branch. Throws UNAVAILABLE, TIMEOUT, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (no such repository).
   */
  readonly lookup: (ref: string, signal: AbortSignal) => Promise<string | null>;
  /**
   * Brings the ref's commit and history here and answers its id; null as lookup does. Fetches nothing when it is here already.
   * A damaged answer or cache is thrown away and fetched once more before this throws PACK_INVALID.
   */
  readonly fetch: (ref: string, signal: AbortSignal) => Promise<string | null>;
  /**
   * A hint of a push, as a webhook gives it. Where it goes on from the commit that is here, the next fetch asks for its commit while it looks
   * the ref up, and uses it only if that is what the ref names: a hint saves time and decides nothing.
   */
  readonly expect: (push: PushHint) => void;
  /** Throws the cache away, after an error that says that it is damaged. Does nothing to a repository on this machine's disk. */
  readonly discard: () => Promise<void>;
}

/** The commits that a branch is said to have been at before a push, and to be at after it. */
export interface PushHint {
  readonly before: string;
  readonly after: string;
}

/** A repository on this machine's disk: a work tree, or a bare one. */
export interface LocalRepo extends RepoReader {
  /** The top folder of the work tree; null for a bare repository. */
  readonly workTree: string | null;
  /** True for a path (relative to the work tree) that .gitignore leaves out. */
  readonly isIgnored: (path: string) => Promise<boolean>;
}

/** Where a repository is, and how to be let in. */
export interface RepoSpec {
  /** `https://`, `http://` (loopback only, unless the http port allows more), `file://`, or a path. */
  readonly url: string;
  /** A folder of ours for the clone; not used for `file://` and paths. */
  readonly cache: string;
  /** The value of an Authorization header, asked for at each request; sent to the URL's exact origin only. A secret. */
  readonly authorization?: () => string | null;
  /** Further headers of each request, sent to the URL's exact origin only. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Refs of an origin and single commits of theirs, kept nowhere: how a channel is read. */
export interface RefSource {
  /** The commits that exactly these refs name now, missing refs left out, in one request. Errors as of Repo.lookup. */
  readonly lookup: (refs: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, string>>;
  /** The files of one commit, without history. Anything but plain files in a folder that is looked at is PACK_INVALID; more than the limits is LIMIT_EXCEEDED. */
  readonly files: (ref: string, commit: string, options: FilesOptions) => Promise<RepoFiles>;
}

/** What the files of one commit may cost. */
export interface FilesOptions {
  readonly limits: FilesLimits;
  readonly signal: AbortSignal;
}

/** Bytes on the wire, bytes once inflated, and objects: files, folders and the commit. */
export interface FilesLimits {
  readonly wireBytes: number;
  readonly inflatedBytes: number;
  readonly objects: number;
}

/** The files of one commit. Nothing is looked at but the folders on the way to what is read. */
export interface RepoFiles {
  /** The bytes of a file; null when there is no such path. */
  readonly read: (path: string) => Promise<Uint8Array | null>;
}

/** Opens repositories. */
export interface Repos {
  readonly source: (spec: Omit<RepoSpec, 'cache'>) => RefSource;
  readonly open: (spec: RepoSpec) => Promise<Repo>;
  /** The repository whose work tree or Git folder `dir` is itself; null when it is neither. */
  readonly openLocal: (dir: string) => Promise<LocalRepo | null>;
}
