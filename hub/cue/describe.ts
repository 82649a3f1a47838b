import { isMap } from '../model/json-map.ts';
import type { CueEvaluator } from './engine.ts';
import type { CueFault } from './fault.ts';
import type { TemplatePlace } from './program.ts';

/** The JSON Schema (draft 7) of a value. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema of a template's parameter, or what is wrong with the template. */
export type Described =
  | { readonly ok: true; readonly schema: JsonSchema; readonly members: readonly DescribedMember[] }
  | { readonly ok: false; readonly faults: readonly CueFault[] };

/** A member of the parameter, at any depth. */
export interface DescribedMember {
  /** Its name, with those of what holds it: `ports[].port`. */
  readonly name: string;
  readonly description: string;
  /** Where the template declares it, where that is known. */
  readonly place: TemplatePlace | null;
}

/** Describes what a template can be given. Never throws for its content. */
export async function describeParameter(
  cue: CueEvaluator,
  { subject, template }: { readonly subject: string; readonly template: string },
  signal: AbortSignal,
): Promise<Described> {
  const [outcome] = await cue.evaluate([{ subject, template, parameter: {}, context: {}, asks: 'schema' }], signal);
  if (outcome?.ok !== true) return { ok: false, faults: outcome?.faults ?? [] };
  const given = outcome.value.schema;
  const members = membersOf(given, '').toSorted((a, b) => byPlace(a.place, b.place));
  return { ok: true, schema: withoutPlaces(given) as JsonSchema, members };
}

// As a reader comes by them; what stands elsewhere comes last.
function byPlace(a: TemplatePlace | null, b: TemplatePlace | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a.line - b.line || a.column - b.column;
}

function membersOf(schema: unknown, name: string): readonly DescribedMember[] {
  if (!isMap(schema)) return [];
  const named = Object.entries(isMap(schema['properties']) ? schema['properties'] : {}).flatMap(([member, value]) => {
    const inside = name === '' ? member : `${name}.${member}`;
    return isMap(value) ? [memberOf(inside, value), ...membersOf(value, inside)] : [];
  });
  const branches = ['anyOf', 'allOf'].flatMap((key) => (Array.isArray(schema[key]) ? (schema[key] as unknown[]) : []));
  return [
    ...named,
    ...membersOf(schema['items'], `${name}[]`),
    ...membersOf(schema['additionalProperties'], name === '' ? '<name>' : `${name}.<name>`),
    ...branches.flatMap((branch) => membersOf(branch, name)),
  ];
}

function memberOf(name: string, { description, place }: JsonSchema): DescribedMember {
  const isPlaced = isMap(place) && typeof place['line'] === 'number' && typeof place['column'] === 'number';
  return {
    name,
    description: typeof description === 'string' ? description : '',
    place: isPlaced ? { line: Number(place['line']), column: Number(place['column']) } : null,
  };
}

/** Names of what a schema holds by name: there `place` is a member like each other. */
const byName: ReadonlySet<string> = new Set(['properties']);

function withoutPlaces(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutPlaces(item));
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(([key]) => isNames || key !== 'place');
  // What a default or a choice is, is not a schema.
  return Object.fromEntries(
    kept.map(([key, inner]) => [
      key,
      !isNames && ['default', 'enum', 'const'].includes(key)
        ? inner
        : withoutPlaces(inner, !isNames && byName.has(key)),
    ]),
  );
}
