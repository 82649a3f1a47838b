import { templateOf, templatePathOf } from '../definitions/attributes.ts';
import { typeOf } from '../definitions/versions.ts';
import type { Definition } from '../model/documents.ts';
import { hasFailed, type Attempt, type RenderFault, type TemplateText } from '../model/fault.ts';
import type { Steps } from '../model/reporter.ts';
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
  const other = placeIn(rival?.template, definitions);
  if (place === null && other === null) return fault;
  return {
    ...(other === null ? fault : { ...told, message: withOther(fault.message, other) }),
    ...(place !== null && { place }),
  };
}

/**
 * The message of a fault, with the place of the other value of a conflict where no document has its template: that of the
 * property that gave it (`locate` finds it in the Application), else that in the template.
 */
export function messageOf({ message, rival }: RenderFault, locate: ((path: Steps) => Place) | null): string {
  const { property, template } = rival ?? {};
  if (property !== undefined && locate !== null) return withOther(message, locate(property));
  if (template === undefined) return message;
  const { definition, at } = template;
  return `${message}; the other is at line ${at.line}, column ${at.column} of the template of ${definition.type}`;
}

function withOther(message: string, { path, line, column }: Place): string {
  return `${message}; the other is at ${path}:${line}:${column}`;
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
