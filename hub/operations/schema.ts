import { SluiceError } from '../../shared/errors.ts';
import { describeParameter, type JsonSchema } from '../cue/describe.ts';
import type { CueEvaluator } from '../cue/engine.ts';
import { templateOf } from '../definitions/attributes.ts';
import { builtinDefinitions, definitionKey, type BuiltinDefinition } from '../definitions/catalog.ts';
import { schemaKinds, schemaOfAll, schemaOfKind, type SchemaKind, type TypeSchema } from '../definitions/schema.ts';
import type { Definition } from '../model/documents.ts';
import { readAlone } from './preview-read.ts';
import type { PreviewPorts } from './preview.ts';

/** What is wanted: the schema of one kind, or of all; of the library alone, or with the definitions of a folder. */
export interface SchemaOptions {
  readonly kind?: string | undefined;
  readonly dir?: string | undefined;
  readonly signal: AbortSignal;
}

/** The JSON Schema of documents, with the properties of each type. Throws USAGE for a kind or a folder that there is not. */
export async function documentSchema({ kind, dir, signal }: SchemaOptions, ports: PreviewPorts): Promise<JsonSchema> {
  assertKind(kind);
  const own = dir === undefined ? [] : (await readAlone(dir, ports, signal)).fleet.definitions.map(({ doc }) => doc);
  const types = await typeSchemas(ports.cue, own, signal);
  const known = { types, isClosed: dir !== undefined };
  return kind === undefined ? schemaOfAll(known) : schemaOfKind(kind, known);
}

function assertKind(kind: string | undefined): asserts kind is SchemaKind | undefined {
  if (kind === undefined || kind in schemaKinds) return;
  const hint = `one of: ${Object.keys(schemaKinds).join(', ')}`;
  throw new SluiceError('USAGE', 'a kind that has no schema', { subject: kind, hint });
}

interface Described {
  readonly kind: TypeSchema['kind'];
  readonly type: string;
  readonly description: string;
  readonly template: string;
}

/** The schemas of the built-in types and of some definitions, which come before those of the same name; sorted. */
export async function typeSchemas(
  cue: CueEvaluator,
  own: readonly Definition[],
  signal: AbortSignal,
): Promise<readonly TypeSchema[]> {
  const all = new Map<string, Described>();
  for (const one of builtinDefinitions) all.set(definitionKey(one.kind, one.type), ofBuiltin(one));
  for (const one of own) {
    if (one.kind !== 'ComponentDefinition' && one.kind !== 'TraitDefinition') continue;
    const key = definitionKey(one.kind, one.metadata.name);
    const isOurs = builtinDefinitions.some(
      (ours) => definitionKey(ours.kind, ours.type) === key && !ours.isReplaceable,
    );
    if (!isOurs) all.set(key, ofOwn(one));
  }
  const sorted = [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  return Promise.all(
    sorted.map(async ({ template, ...one }) => {
      const described = await describeParameter(cue, { subject: one.type, template }, signal);
      // What a broken template takes, nothing can say: `vet` says what is wrong with it.
      return { ...one, properties: described.ok ? described.schema : {} };
    }),
  );
}

function ofBuiltin({ kind, type, description, source }: BuiltinDefinition): Described {
  return { kind: kindOf(kind), type, description, template: source };
}

function ofOwn(definition: Definition): Described {
  const { kind, metadata } = definition;
  const description = metadata.annotations?.['definition.oam.dev/description'] ?? '';
  return { kind: kindOf(kind), type: metadata.name, description, template: templateOf(definition) };
}

function kindOf(kind: Definition['kind']): TypeSchema['kind'] {
  return kind === 'ComponentDefinition' ? 'component' : 'trait';
}
