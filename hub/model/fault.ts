import type { Code } from '../../shared/errors.ts';
import type { PinnedDefinition } from './fleet.ts';
import type { Place } from './source.ts';

/** Why a part of an application cannot be rendered; `path` leads to the place in the Application document. */
export interface RenderFault {
  readonly code: Code;
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly hint?: string;
  /** Where it is, when that is not in the Application document but in a file that it names. */
  readonly place?: Place;
  /** The definition whose template is wrong, and where in its text. */
  readonly template?: TemplateText;
  /** What gave another value there before: told with the message. */
  readonly rival?: Rival;
}

/** A definition, and a place in the text of its template. */
export interface TemplateText {
  readonly definition: PinnedDefinition;
  readonly at: TextPlace;
}

/** What gave a value: the text of a template, the path in the Application document of the property that it is, or both. */
export interface Rival {
  readonly template?: TemplateText;
  readonly property?: readonly (string | number)[];
}

/** A place in a text. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** A value, or everything that is wrong with it. */
export type Attempt<T> = { readonly value: T } | { readonly faults: readonly RenderFault[] };

/** True when an attempt failed. */
export function hasFailed<T>(attempt: Attempt<T>): attempt is { readonly faults: readonly RenderFault[] } {
  return 'faults' in attempt;
}
