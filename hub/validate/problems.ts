import { byCodeUnit } from '../../shared/lib/order.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { similar } from '../model/similar.ts';
import type { Problem, RawDocument } from '../model/source.ts';

/** The most problems of one document that are told one by one: finding the place of each takes time, too. */
export const mostProblems = 100;

/** A reporter for one document; `app` names the application or deployment that its errors stop. */
export function reporterOf(raw: RawDocument, app: string | null): Reporter {
  const problems: Problem[] = [];
  const paths: Steps[] = [];
  let faulty: readonly Steps[] = [];
  const add =
    (severity: Problem['severity']): Reporter['error'] =>
    (code, path, message, hint) => {
      if (problems.length >= mostProblems) {
        if (problems.length === mostProblems || severity === 'error')
          problems[mostProblems] = furtherProblems(severity);
        return;
      }
      if (faulty.some((other) => isWithin(path, other) || isWithin(other, path))) return;
      paths.push(path);
      problems.push({
        code,
        message,
        place: raw.locate(path),
        ...(hint !== undefined && { hint }),
        ...(app !== null && { app }),
        severity,
      });
    };
  const furtherProblems = (severity: Problem['severity']): Problem => ({
    code: 'DOCUMENT_INVALID',
    message: `more than ${mostProblems} problems in this document: the others are not told`,
    place: raw.place,
    hint: 'mend those first',
    ...(app !== null && { app }),
    severity,
  });
  return {
    error: add('error'),
    warn: add('warning'),
    problems,
    isFull: () => problems.length > mostProblems,
    skipFollowing: () => {
      faulty = [...paths];
    },
    failed: () => problems.some(({ severity }) => severity === 'error'),
  };
}

/** A reporter whose paths start at a place of the document. */
export function reporterWithin(reporter: Reporter, base: Steps): Reporter {
  return {
    ...reporter,
    error: (code, path, message, hint) => reporter.error(code, [...base, ...path], message, hint),
    warn: (code, path, message, hint) => reporter.warn(code, [...base, ...path], message, hint),
  };
}

function isWithin(inner: Steps, outer: Steps): boolean {
  return outer.every((step, index) => inner[index] === step);
}

/** More candidates than this are not listed where something says what prints them. */
const mostListed = 12;

/** `did you mean X?`; where no candidate is similar, all of them, or what prints them where they are many. */
export function suggestion(word: string, candidates: readonly string[], what: string, command?: string): string {
  const meant = similar(word, candidates);
  if (meant !== undefined) return `did you mean ${meant}?`;
  if (candidates.length === 0) return `there are no ${what}`;
  if (command !== undefined && candidates.length > mostListed) return `${command} prints the ${what}`;
  return `${what}: ${[...candidates].sort(byCodeUnit).join(', ')}`;
}

/** Problems in the order in which a reader meets them: by path, line and column; those without a place come last. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => {
    if (a.place === undefined || b.place === undefined)
      return Number(a.place === undefined) - Number(b.place === undefined);
    const [x, y] = [a.place, b.place];
    return (
      byCodeUnit(x.path, y.path) ||
      x.line - y.line ||
      x.column - y.column ||
      byCodeUnit(a.code, b.code) ||
      byCodeUnit(a.message, b.message)
    );
  });
}

/** A path as people write it: `spec.components[0].name`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('');
}
