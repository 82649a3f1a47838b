/** The component types that Sluice brings along. */
export const builtinComponents = [
  'cron-task',
  'daemon',
  'k8s-objects',
  'statefulset',
  'task',
  'webservice',
  'worker',
] as const;

/** Those that are updated in place: their names never get a revision's suffix. */
export const inPlaceComponents: readonly string[] = ['k8s-objects', 'statefulset'];

/** The trait types that Sluice brings along. */
export const builtinTraits = ['annotations', 'env', 'expose', 'gateway', 'ingress', 'labels', 'scaler'] as const;
