import { SluiceError } from '../../shared/errors.ts';
import { annotation } from '../../shared/model/names.ts';
import { parseYaml } from '../../shared/lib/yaml.ts';
import type { BuiltinDefinition } from '../definitions/catalog.ts';
import type { Application, Definition } from '../model/documents.ts';
import type { RawDocument, Sourced } from '../model/source.ts';

/** An Application that uses a definition, and where its properties are from. */
export interface Example {
  readonly from: 'the given file' | 'its annotation' | 'made up';
  readonly application: Sourced<Application>;
}

/** What an Application is made from where nothing is given: properties, and a component for a trait. */
export interface Made {
  readonly sample: unknown;
  readonly examples: Readonly<Record<string, object>>;
  readonly builtins: readonly BuiltinDefinition[];
}

/** The Application that shows a definition: a component or a policy of its type, or a component of a built-in type that its trait applies to. */
export function applicationOf(sourced: Sourced<Definition>, given: RawDocument | null, made: Made): Example {
  const { doc } = sourced;
  const { from, value, locate } = propertiesOf(sourced, given, made.sample);
  const properties = value as Record<string, unknown>;
  const type = doc.metadata.name;
  const base = doc.kind === 'TraitDefinition' ? baseOf(doc, made) : null;
  const use = { name: 'example', type, properties };
  const isPolicy = doc.kind === 'PolicyDefinition';
  const component = base === null ? use : { ...base, name: 'example', traits: [{ type, properties }] };
  const way = isPolicy ? ['policies', 0] : ['components', 0, ...(base === null ? [] : ['traits', 0])];
  const ways = ['spec', ...way, 'properties'];
  return {
    from,
    application: {
      doc: {
        apiVersion: 'core.oam.dev/v1beta1',
        kind: 'Application',
        metadata: { name: 'example' },
        spec: isPolicy ? { components: [], policies: [use] } : { components: [component] },
      },
      commit: '',
      place: sourced.place,
      locate: (path) => {
        const isInside = ways.every((step, index) => path[index] === step);
        return isInside ? locate(path.slice(ways.length)) : sourced.locate(['metadata', 'name']);
      },
    },
  };
}

interface Given {
  readonly from: Example['from'];
  readonly value: unknown;
  readonly locate: RawDocument['locate'];
}

function propertiesOf(sourced: Sourced<Definition>, given: RawDocument | null, sample: unknown): Given {
  if (given !== null) return { from: 'the given file', value: given.value, locate: given.locate };
  const own = sourced.doc.metadata.annotations?.[annotation.example];
  const key = ['metadata', 'annotations', annotation.example];
  if (own === undefined) return { from: 'made up', value: sample, locate: () => sourced.locate(['metadata', 'name']) };
  const place = sourced.locate(key);
  try {
    return { from: 'its annotation', value: parseYaml(own, place.path)[0]?.value ?? {}, locate: () => place };
  } catch (error) {
    const hint = 'write the properties of an example there, as YAML';
    throw new SluiceError('DOCUMENT_INVALID', `${annotation.example} is not YAML`, { ...place, hint }, error);
  }
}

/** A component of the first built-in type that a trait applies to; a web server for one that applies to all. */
function baseOf(
  { spec }: Definition,
  { examples, builtins }: Made,
): { readonly type: string; readonly properties: Record<string, unknown> } {
  const wanted = spec.appliesToWorkloads ?? [];
  const found = builtins.find(
    ({ kind, type, workload }) =>
      kind === 'ComponentDefinition' && (wanted.includes(type) || (workload !== null && wanted.includes(workload))),
  );
  const type = found !== undefined && found.type in examples ? found.type : 'webservice';
  return { type, properties: { ...examples[type] } };
}
