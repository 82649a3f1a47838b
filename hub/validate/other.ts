import type { Cluster, Definition } from '../model/documents.ts';
import { siteLabelPrefix } from '../../shared/model/names.ts';
import { checkLabels, checkName } from './names.ts';
import type { Reporter } from '../model/reporter.ts';

/** Checks what the shape of a Cluster cannot say. */
export function checkCluster(doc: Cluster, reporter: Reporter): void {
  checkName('label', doc.metadata.name, ['metadata', 'name'], reporter);
  checkLabels(doc.metadata.labels, ['metadata', 'labels'], reporter);
  for (const key of Object.keys(doc.metadata.labels ?? {})) {
    if (!key.startsWith(siteLabelPrefix)) continue;
    const hint = 'set it in the ConfigMap sluice-site of that cluster';
    reporter.warn('NAME_INVALID', ['metadata', 'labels', key], `${key} means nothing here`, hint);
  }
  if (doc.spec?.kubeconfigSecretRef !== undefined) {
    const hint = 'nothing to do; take it away when nothing else reads it';
    const message = 'kubeconfigSecretRef is not used: the cluster’s own agent pulls';
    reporter.warn('UNSUPPORTED', ['spec', 'kubeconfigSecretRef'], message, hint);
  }
}

/** Checks what the shape of an X-Definition cannot say. */
export function checkDefinition(doc: Definition, reporter: Reporter): void {
  checkName('subdomain', doc.metadata.name, ['metadata', 'name'], reporter);
  if (doc.kind !== 'ComponentDefinition' && doc.kind !== 'TraitDefinition') {
    const hint = 'supported: ComponentDefinition, TraitDefinition';
    reporter.warn('UNSUPPORTED', ['kind'], `a ${doc.kind} is not used yet`, hint);
    return;
  }
  if (doc.spec.schematic?.cue === undefined) {
    const others = Object.keys(doc.spec.schematic ?? {});
    const what =
      others.length === 0 ? 'the definition has no template' : `the schematic ${others.join(', ')} is not supported`;
    reporter.error('UNSUPPORTED', ['spec', 'schematic'], what, 'write a CUE template at spec.schematic.cue.template');
  }
}
