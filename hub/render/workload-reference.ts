import { isMap } from '../model/json-map.ts';

/** An object of a trait with a reference to the workload at a path such as `spec.workloadRef`, where its definition asks for one. */
export function withWorkloadReference(object: unknown, path: string | undefined, workload: unknown): unknown {
  if (path === undefined || !isMap(workload) || !isMap(workload['metadata'])) return object;
  const { apiVersion, kind, metadata } = workload;
  return withValueAt(object, path.split('.'), { apiVersion, kind, name: metadata['name'] });
}

function withValueAt(object: unknown, [member, ...rest]: readonly string[], value: unknown): unknown {
  if (member === undefined) return value;
  const own = isMap(object) ? object : {};
  return { ...own, [member]: withValueAt(own[member], rest, value) };
}
