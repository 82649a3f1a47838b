import type { Fleet, Target } from '../../hub/model/fleet.ts';
import type { Sourced } from '../../hub/model/source.ts';
import { parseYaml, type YamlDocument } from '../../shared/lib/yaml.ts';
import {
  application,
  applicationDeployment,
  cluster,
  definition,
  definitionKinds,
  type Definition,
} from '../../hub/model/documents.ts';

/** A fleet written as YAML, each document checked against its schema; `files` are what `properties.path` can name. */
export function fleetOf(
  text: string,
  facts: { commit?: string; files?: Record<string, string>; frozen?: string[] } = {},
): Fleet {
  const documents = parseYaml(text, 'fleet.yaml').filter(({ value }) => value !== null);
  const commit = facts.commit ?? 'c1';
  const of = <T>(kinds: readonly string[], parse: (value: unknown) => T): Sourced<T>[] =>
    documents
      .filter((document) => kinds.includes(kindOf(document)))
      .map((document) => sourced(document, commit, parse));
  return {
    commit,
    repository: 'file:///repository',
    applications: of(['Application'], (value) => application.parse(value)),
    deployments: of(['ApplicationDeployment'], (value) => applicationDeployment.parse(value)),
    clusters: of(['Cluster'], (value) => cluster.parse(value)),
    definitions: of<Definition>(definitionKinds, (value) => definition.parse(value)),
    files: new Map(Object.entries(facts.files ?? {})),
    frozen: new Set(facts.frozen ?? []),
  };
}

/** The clusters that a fleet's documents describe, as placement sees them. */
export function targetsOf(fleet: Fleet): Target[] {
  return fleet.clusters.map(({ doc }) => ({
    name: doc.metadata.name,
    labels: doc.metadata.labels ?? {},
    capabilities: doc.spec?.capabilities ?? null,
  }));
}

function kindOf({ value }: YamlDocument): string {
  return String((value as { kind?: unknown }).kind);
}

function sourced<T>({ value, spot, locate }: YamlDocument, commit: string, parse: (value: unknown) => T): Sourced<T> {
  const path = 'fleet.yaml';
  return {
    doc: parse({ apiVersion: 'core.oam.dev/v1beta1', ...(value as object) }),
    commit,
    place: { path, line: spot.line, column: spot.column },
    locate: (at) => {
      const { line, column } = locate(at);
      return { path, line, column };
    },
  };
}
