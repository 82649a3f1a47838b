import type { Component } from '../model/documents.ts';
import type { Attempt } from '../model/fault.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import type { Place } from '../model/source.ts';

/** A manifest as it was written or rendered, and where it stands in the Application document. */
export interface Manifest {
  readonly value: unknown;
  readonly path: Steps;
  /** How people find it: a template's output or a file. */
  readonly origin: string;
  /** Where a value of it stands, when it was written in a file of its own. */
  readonly locate?: (path: Steps) => Place;
}

/** Where a component that is checked stands, and the files of the repository that it may refer to. */
export interface SourceCheck {
  readonly path: Steps;
  readonly files: ReadonlyMap<string, string>;
  readonly reporter: Reporter;
}

/** A component whose manifests are wanted, with the files that its revision pins. */
export interface SourceJob {
  readonly component: Component;
  readonly files: Readonly<Record<string, string>>;
  readonly path: Steps;
}

/** Where the objects of a component come from: its CUE template, manifests as they are written, a chart. */
export interface ComponentSource {
  readonly name: string;
  /** The component types that use it; the source of all types that no source names has none. */
  readonly types: readonly string[];
  /** True where objects are delivered as they are written: of those, only Deployments can live beside another revision's. */
  readonly isVerbatim: boolean;
  /** Reports problems of a component's properties that the repository alone shows. */
  readonly check: (component: Component, where: SourceCheck) => void;
  /** Those of the paths that the component refers to: its revision pins their text, and a change of it is a new revision. */
  readonly filesOf: (component: Component, paths: Iterable<string>) => readonly string[];
  /** The `parameter` of the definition's CUE text. */
  readonly parameterOf: (component: Component) => unknown;
  /** The objects before traits; none = the template's `output` is the first. Never throws for the content of a document. */
  readonly manifests: (job: SourceJob, signal: AbortSignal) => Promise<Attempt<readonly Manifest[]>>;
}
