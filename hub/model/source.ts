import type { Code } from '../../shared/errors.ts';

/** A place in the config repository; line and column count from 1. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong, with where and what to do: what `validate`, `render` and `status` print as a line. */
export interface Problem {
  readonly code: Code;
  readonly message: string;
  readonly place?: Place;
  readonly hint?: string;
  /** `namespace/name` of the application or deployment that it stops, and the cluster, when it stops only some. */
  readonly app?: string;
  readonly cluster?: string;
  /** `namespace/NAME-vN` of the revision that has not rendered. */
  readonly revision?: string;
  /** A warning stops nothing: things are done, with this to know about them. */
  readonly severity: 'error' | 'warning';
}

/** One YAML document of a file, with the place of every value in it. */
export interface RawDocument {
  readonly value: unknown;
  readonly place: Place;
  /** The place of the value at a path of keys and indexes, or of its nearest parent that exists. */
  readonly locate: (path: readonly (string | number)[]) => Place;
}

/** A file of which nothing can be read: what was last seen in it is frozen. */
export interface BrokenFile {
  readonly path: string;
  readonly problem: Problem;
  /** What it is, in words: `a Git LFS pointer`; absent = broken. */
  readonly what?: string;
}

/** A document that is not ours. */
export interface SkippedDocument {
  readonly place: Place;
  /** In words: `Deployment of apps/v1`, `a list`. */
  readonly what: string;
  /** True for an object that Kubernetes would take. */
  readonly isManifest: boolean;
}

/** A path of a commit that holds no documents that can be read, and may be why some are missing. */
export interface UnreadPath {
  readonly path: string;
  /** What it is, in words: `a symbolic link`. */
  readonly what: string;
  /**
   * What may have gone into it. `all`: whatever is missing (a broken file, a pointer, a link). `new`: whatever went missing
   * with the commit that brought it (a submodule, an empty file). `own`: only what was last seen in it or below it.
   */
  readonly reach: 'all' | 'new' | 'own';
  /** True when the state before did not have it like this. */
  readonly isNew: boolean;
}

/** The config repository at one commit (`commit` is empty for a plain folder or an uncommitted work tree). */
export interface Snapshot {
  readonly repository: string;
  readonly commit: string;
  /** True when this commit descends from the one processed before it, so that what it removes is removed on purpose. */
  readonly descends: boolean;
  readonly documents: readonly RawDocument[];
  readonly broken: readonly BrokenFile[];
  /** Text of the files that documents may refer to (`properties.path`/`glob`), by path. */
  readonly files: ReadonlyMap<string, string>;
  /** How many documents are not ours, and which. */
  readonly ignored: number;
  readonly skipped?: readonly SkippedDocument[];
  /** What of it is there and was not read. */
  readonly unread?: readonly UnreadPath[];
  /** Files that were read whole; absent = those of its documents. */
  readonly read?: ReadonlySet<string>;
  /** Manifests that `paths` and `exclude` leave out. */
  readonly unselected?: ReadonlySet<string>;
  /** Files that are new or changed since the state before; absent = every one may be. */
  readonly changed?: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  /** True of a shallow clone, and of one that cannot be read: revisions are counted by commits, and not all of them are here. */
  readonly isShallow?: boolean;
  /** First-parent commits that are known to follow this one; absent or 0 = this is the newest. */
  readonly behind?: number;
}

/** A document of the fleet with where it came from. */
export interface Sourced<T> {
  readonly doc: T;
  readonly commit: string;
  readonly place: Place;
  readonly locate: (path: readonly (string | number)[]) => Place;
}
