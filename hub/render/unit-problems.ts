import type { RenderFault } from '../model/fault.ts';
import type { Steps } from '../model/reporter.ts';
import type { Place, Problem } from '../model/source.ts';
import { messageOf } from './template-place.ts';
import type { Part, Unit } from './units.ts';
import { pathInDocument, withWords } from './variant.ts';

/** A problem of one revision of a unit, where its document says what is wrong. */
export function partProblem(unit: Unit, part: Part, fault: RenderFault, severity: Problem['severity']): Problem {
  const place = placeOf(unit, part, fault);
  return {
    code: fault.code,
    severity,
    message: `${part.record.name}${withWords(part.assignment)}: ${messageOf(fault, located(part))}`,
    app: unit.key,
    ...(fault.hint !== undefined && { hint: fault.hint }),
    ...(place !== undefined && { place }),
  };
}

// An older revision stands in no document now: what names it does.
function placeOf({ deployment }: Unit, { document, record, variant }: Part, fault: RenderFault): Place | undefined {
  if (fault.template !== undefined && fault.place !== undefined) return fault.place;
  if (document !== null) return fault.place ?? located({ document, variant })?.(fault.path);
  const index = deployment?.doc.spec.appRevisions.findIndex((one) => one.revisionName === record.name) ?? -1;
  return deployment?.locate(['spec', 'appRevisions', ...(index < 0 ? [] : [index, 'revisionName'])]);
}

/** Finds places in the document of a part; null where it has none now. */
function located({ document, variant }: Pick<Part, 'document' | 'variant'>): ((path: Steps) => Place) | null {
  return document === null ? null : (path) => document.locate(pathInDocument(variant, path));
}

/** A problem of a unit on its cluster. */
export function unitProblem(unit: Unit, fault: RenderFault, severity: Problem['severity']): Problem {
  const sourced = unit.deployment ?? unit.parts[0]?.document ?? null;
  const place = sourced?.locate(fault.path);
  return {
    code: fault.code,
    severity,
    message: fault.message,
    app: unit.key,
    cluster: unit.target.name,
    ...(fault.hint !== undefined && { hint: fault.hint }),
    ...(place !== undefined && { place }),
  };
}
