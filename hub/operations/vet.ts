import { SluiceError } from '../../shared/errors.ts';
import { annotation } from '../../shared/model/names.ts';
import { parseYaml } from '../../shared/lib/yaml.ts';
import { describeParameter, type Described } from '../cue/describe.ts';
import type { CueEngine } from '../cue/engine.ts';
import type { CueFault } from '../cue/fault.ts';
import type { TemplatePlace } from '../cue/program.ts';
import { templateOf, templatePathOf } from '../definitions/attributes.ts';
import { builtinDefinitions, definitionKey } from '../definitions/catalog.ts';
import { examples } from '../definitions/examples.ts';
import { sampleOf } from '../definitions/sample.ts';
import type { Definition } from '../model/documents.ts';
import type { Fleet } from '../model/fleet.ts';
import { isMap } from '../model/json-map.ts';
import type { Problem, RawDocument, Snapshot, Sourced } from '../model/source.ts';
import { examine } from '../render/examine.ts';
import { inOrder } from '../validate/problems.ts';
import { validate } from '../validate/validate.ts';
import { describedText } from '../workflow/interpret/program.ts';
import { applicationOf, type Example } from './vet-example.ts';
import { attributeProblems, healthTexts } from './vet-attributes.ts';

/** A file, by the name that problems have. */
export interface VettedFile {
  readonly path: string;
  readonly text: string;
}

/** What was vetted, and every problem of it. */
export interface Vetted {
  /** What each definition was rendered with. */
  readonly definitions: readonly { readonly definition: string; readonly example: Example['from'] | null }[];
  readonly problems: readonly Problem[];
}

interface VetParts {
  readonly cue: CueEngine;
  readonly fleet: Fleet;
  readonly parameter: RawDocument | null;
  readonly signal: AbortSignal;
}

/**
 * Says what is wrong with the definitions of a file before anything uses them: their documents, their templates and texts of
 * health, what they say of their parameters, and what they come to with an example: `parameter`, that of the annotation
 * `sluice.dev/example`, or made-up properties. Throws for a file that cannot be read, and USAGE for one without a definition.
 */
export async function vetDefinitions(
  file: VettedFile,
  parameter: VettedFile | null,
  { cue, signal }: Pick<VetParts, 'cue' | 'signal'>,
): Promise<Vetted> {
  if (file.path.endsWith('.cue'))
    throw new SluiceError('USAGE', 'a file of CUE alone is not a document', { path: file.path, hint: cueHint });
  const documents = readDocuments(file);
  const given = parameter === null ? null : (readDocuments(parameter)[0] ?? null);
  const { fleet, problems } = validate(snapshotOf(documents));
  if (!documents.some(({ value }) => isDefinition(value))) {
    const hint = 'a ComponentDefinition, TraitDefinition or another definition in YAML, as a config repository has it';
    throw new SluiceError('USAGE', 'the file has no definition', { path: file.path, hint });
  }
  const parts: VetParts = { cue, fleet, parameter: given, signal };
  const rendered = fleet.definitions.filter(({ doc }) => templateOf(doc) !== '');
  const vetted = await Promise.all(rendered.map((one) => vet(one, parts)));
  return {
    definitions: vetted.map(({ definition, example }) => ({ definition, example })),
    problems: inOrder([...problems, ...vetted.flatMap((one) => one.problems)]),
  };
}

// The form that KubeVela's own command line takes, and makes documents of.
const cueHint =
  'write the definition in YAML, its template at spec.schematic.cue.template; `vela def render` makes that of a file in CUE';

function isDefinition(value: unknown): boolean {
  return isMap(value) && typeof value['kind'] === 'string' && /Definition(?:Revision)?$/.test(value['kind']);
}

function readDocuments({ path, text }: VettedFile): RawDocument[] {
  const placed = ({ line, column }: { readonly line: number; readonly column: number }) => ({ path, line, column });
  return parseYaml(text, path)
    .filter(({ value }) => value !== null)
    .map(({ value, spot, locate }) => ({ value, place: placed(spot), locate: (steps) => placed(locate(steps)) }));
}

function snapshotOf(documents: readonly RawDocument[]): Snapshot {
  const nothing = { broken: [], files: new Map<string, string>(), ignored: 0, problems: [] };
  return { repository: '', commit: '', descends: true, documents, ...nothing };
}

async function vet(
  sourced: Sourced<Definition>,
  parts: VetParts,
): Promise<Vetted['definitions'][number] & Pick<Vetted, 'problems'>> {
  const { doc } = sourced;
  const isStep = doc.kind === 'WorkflowStepDefinition';
  const definition = isStep ? `${doc.kind}/${doc.metadata.name}` : keyOf(doc);
  // What a step does is not CUE's: the packages of its actions are written out above it.
  const { text, above } = isStep ? describedText(templateOf(doc)) : { text: templateOf(doc), above: 0 };
  const inTemplate = placesIn(sourced, templatePathOf(doc), above);
  const described = await describeParameter(parts.cue, { subject: definition, template: text }, parts.signal);
  const beside = [...attributeProblems(sourced), ...(await healthProblems(sourced, parts))];
  if (!described.ok) {
    const faults = described.faults.map((fault) => faultProblem(fault, inTemplate));
    return { definition, example: null, problems: [...beside, ...faults] };
  }
  // A step is run in a delivery alone.
  if (isStep) return { definition, example: null, problems: [...beside, ...silentMembers(described, inTemplate)] };
  const { example, problems } = await rendering(sourced, described, { ...parts, definition, inTemplate });
  return { definition, example, problems: [...beside, ...silentMembers(described, inTemplate), ...problems] };
}

function keyOf({ kind, metadata }: Definition): string {
  return definitionKey(
    kind === 'TraitDefinition' || kind === 'PolicyDefinition' ? kind : 'ComponentDefinition',
    metadata.name,
  );
}

type Places = (place: TemplatePlace | null | undefined) => Problem['place'];

/** The places of the file for those of a text in a definition, which has some lines above it. */
function placesIn(sourced: Sourced<Definition>, path: readonly string[], above = 0): Places {
  return (place) =>
    sourced.locate(
      place === null || place === undefined || place.line <= above ? path : [...path, place.line - above, place.column],
    );
}

function faultProblem({ code, message, hint, place }: CueFault, places: Places): Problem {
  const at = places(place);
  return {
    code,
    severity: 'error',
    message,
    ...(at !== undefined && { place: at }),
    ...(hint !== undefined && { hint }),
  };
}

function silentMembers({ members }: Extract<Described, { ok: true }>, places: Places): readonly Problem[] {
  const silent = members.filter(({ description }) => description === '');
  return silent.map(({ name, place }) => {
    const at = places(place);
    return {
      code: 'DOCUMENT_INVALID',
      severity: 'warning',
      message: `parameter "${name}" has no description`,
      ...(at !== undefined && { place: at }),
      hint: 'write a comment above it: people and their editors read that',
    };
  });
}

async function healthProblems(sourced: Sourced<Definition>, parts: VetParts): Promise<readonly Problem[]> {
  const found = healthTexts(sourced.doc).map(async ({ path, template, missing }) => {
    const places = placesIn(sourced, path);
    const described = await describeParameter(parts.cue, { subject: path.join('.'), template }, parts.signal);
    const faults = described.ok ? [] : described.faults.map((fault) => faultProblem(fault, places));
    const place = sourced.locate(path);
    return [...faults, ...missing.map((problem) => ({ ...problem, place }))];
  });
  return (await Promise.all(found)).flat();
}

async function rendering(
  sourced: Sourced<Definition>,
  { schema }: Extract<Described, { ok: true }>,
  parts: VetParts & { readonly definition: string; readonly inTemplate: Places },
): Promise<{ readonly example: Example['from']; readonly problems: readonly Problem[] }> {
  const { cue, fleet, definition, inTemplate, signal } = parts;
  const made = { sample: sampleOf(schema), examples, builtins: builtinDefinitions };
  const example = applicationOf(sourced, parts.parameter, made);
  const watched = watching(cue, definition);
  const found = await examine(watched.cue, { fleet, applications: [example.application] }, signal);
  const wrong = watched.faults().map((fault) => faultProblem(fault, inTemplate));
  // What else is wrong with the objects of a template that is wrong only follows from it.
  const problems = (wrong.length > 0 ? wrong : found).map(ofDefinition);
  if (example.from !== 'made up') return { example: example.from, problems };
  const hint = `it was rendered with made-up properties: give an example with --parameter FILE, or the annotation ${annotation.example}`;
  return { example: example.from, problems: problems.map((one) => ({ hint, ...one, severity: 'warning' as const })) };
}

/** The application of an example is not one. */
function ofDefinition({ code, severity, message, place, hint }: Problem): Problem {
  return { code, severity, message, ...(place !== undefined && { place }), ...(hint !== undefined && { hint }) };
}

/** The evaluator, with what it first says is wrong with a template at a place of it. */
function watching(
  cue: CueEngine,
  subject: string,
): { readonly cue: CueEngine; readonly faults: () => readonly CueFault[] } {
  let first: readonly CueFault[] = [];
  const evaluator = (inner: Pick<CueEngine, 'evaluate'>): Pick<CueEngine, 'evaluate'> => ({
    evaluate: async (programs, signal) => {
      const outcomes = await inner.evaluate(programs, signal);
      for (const [index, outcome] of outcomes.entries()) {
        if (first.length > 0 || outcome.ok || programs[index]?.subject !== subject) continue;
        first = outcome.faults.filter(({ place }) => place !== undefined);
      }
      return outcomes;
    },
  });
  const watched = { ...cue, ...evaluator(cue), forApplication: (name: string) => evaluator(cue.forApplication(name)) };
  return { cue: watched, faults: () => first };
}
