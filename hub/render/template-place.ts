import { templateOf, templatePathOf } from '../definitions/attributes.ts';
import { typeOf } from '../definitions/versions.ts';
import type { Definition } from '../model/documents.ts';
import { hasFailed, type Attempt, type RenderFault } from '../model/fault.ts';
import type { Sourced } from '../model/source.ts';

/**
 * What is wrong in the template of a definition, told where its document has it. A revision may pin another text than the document
 * has now: then it stays where the application is.
 */
export function inDefinition(
  fault: RenderFault,
  definitions: readonly Pick<Sourced<Definition>, 'doc' | 'locate'>[],
): RenderFault {
  if (fault.template === undefined) return fault;
  const { definition, at } = fault.template;
  const sourced = definitions.find(
    ({ doc }) => typeOf(doc) === definition.type && templateOf(doc) === definition.template,
  );
  if (sourced === undefined) return fault;
  return { ...fault, place: sourced.locate([...templatePathOf(sourced.doc), at.line, at.column]) };
}

/** The same for what became of each revision. */
export function inDefinitions<T>(
  attempts: ReadonlyMap<string, Attempt<T>>,
  definitions: readonly Pick<Sourced<Definition>, 'doc' | 'locate'>[],
): ReadonlyMap<string, Attempt<T>> {
  if (![...attempts.values()].some(hasFailed)) return attempts;
  return new Map(
    [...attempts].map(([key, attempt]) => [
      key,
      hasFailed(attempt) ? { faults: attempt.faults.map((fault) => inDefinition(fault, definitions)) } : attempt,
    ]),
  );
}
