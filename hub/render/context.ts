import { contextAnnotations } from '../model/annotations.ts';
import { namespaceOf, type Component } from '../model/documents.ts';
import type { RevisionRecord } from '../model/fleet.ts';

/** The names that a component has in a revision: its own, and the one that its objects get. */
export interface ComponentNames {
  readonly component: string;
  readonly contextName: string;
}

/** Of the annotations that KubeVela reads. */
const publishVersion = 'app.oam.dev/publishVersion';
const workflowName = 'app.oam.dev/workflowName';

/**
 * What templates read as `context`, apart from what those before them made (`output`, `outputs`) and what is of the cluster
 * (`ClusterValues`).
 */
export function contextOf(
  record: RevisionRecord,
  component: Component | undefined,
  names: ComponentNames,
  parameter: unknown,
): Readonly<Record<string, unknown>> {
  const { metadata, spec } = record.application;
  return {
    name: names.contextName,
    componentName: names.component,
    componentType: component?.type ?? '',
    components: spec.components,
    parameter,
    appName: metadata.name,
    namespace: namespaceOf(record.application),
    appRevision: record.name,
    appRevisionNum: record.number,
    revision: record.name,
    appLabels: metadata.labels ?? {},
    appAnnotations: contextAnnotations(metadata),
    workflowName: metadata.annotations?.[workflowName] ?? `workflow-${metadata.name}`,
    publishVersion: metadata.annotations?.[publishVersion] ?? '',
    replicaKey: component?.replica?.key ?? '',
    artifacts: [],
  };
}
