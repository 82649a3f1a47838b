import { templateOf, templatePathOf } from '../definitions/attributes.ts';
import { typeOf } from '../definitions/versions.ts';
import type { Definition } from '../model/documents.ts';
import { hasFailed, type Attempt, type RenderFault, type TemplateText } from '../model/fault.ts';
import type { Place, Sourced } from '../model/source.ts';

/**
 * What is wrong in the template of a definition, told where its document has it. A revision may pin another text than the document
 * has now: then it stays where the application is.
 */
export function inDefinition(
  fault: RenderFault,
  definitions: readonly Pick<Sourced<Definition>, 'doc' | 'locate'>[],
): RenderFault {
  const { rival, ...told } = fault;
  const place = placeIn(fault.template, definitions);
  const other = placeIn(rival, definitions);
  if (place === null && other === null) return fault;
  const message =
    other === null ? fault.message : `${fault.message}; the other is at ${other.path}:${other.line}:${other.column}`;
  return { ...told, message, ...(place !== null && { place }) };
}

function placeIn(
  template: TemplateText | undefined,
  definitions: readonly Pick<Sourced<Definition>, 'doc' | 'locate'>[],
): Place | null {
  if (template === undefined) return null;
  const { definition, at } = template;
  const sourced = definitions.find(
    ({ doc }) => typeOf(doc) === definition.type && templateOf(doc) === definition.template,
  );
  return sourced?.locate([...templatePathOf(sourced.doc), at.line, at.column]) ?? null;
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
