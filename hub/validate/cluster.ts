import type { Cluster } from '../model/documents.ts';
import { siteLabelPrefix } from '../../shared/model/names.ts';
import { checkLabels, checkName } from './names.ts';
import type { Reporter } from '../model/reporter.ts';

/** Checks a Cluster beyond its shape. */
export function checkCluster(doc: Cluster, reporter: Reporter): void {
  checkName('label', doc.metadata.name, ['metadata', 'name'], reporter);
  checkLabels(doc.metadata.labels, ['metadata', 'labels'], reporter);
  for (const key of Object.keys(doc.metadata.labels ?? {})) {
    if (!key.startsWith(siteLabelPrefix)) continue;
    const hint = 'set it in the ConfigMap sluice-site of that cluster';
    reporter.warn('NAME_INVALID', ['metadata', 'labels', key], `${key} has no effect here`, hint);
  }
  if (doc.metadata.namespace !== undefined) {
    const hint = 'remove it: a cluster is known by its name alone';
    reporter.warn('UNSUPPORTED', ['metadata', 'namespace'], 'the namespace of a Cluster is not used', hint);
  }
  if (doc.spec?.kubeconfigSecretRef !== undefined) {
    const hint = 'remove it unless another program reads it';
    const message = 'kubeconfigSecretRef is not used: the cluster’s own agent pulls';
    reporter.warn('UNSUPPORTED', ['spec', 'kubeconfigSecretRef'], message, hint);
  }
}
