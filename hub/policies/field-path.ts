/** How a path is written. */
export const pathHint =
  'write it like spec.replicas, spec.template.spec.containers[0].image or metadata.annotations["a.b/c"]';

const segment = /^(?:\.?([A-Za-z0-9_$-]+)|\[(\d+)\]|\["([^"]+)"\]|\['([^']+)'\])/;

/** The RFC 6901 pointer of a path like `spec.template.spec.containers[0].image`; null for a text that is not one. */
export function pointerOf(path: string): string | null {
  let [rest, pointer] = [path, ''];
  while (rest !== '') {
    const found = segment.exec(rest);
    if (found === null || (pointer === '' && !/^[A-Za-z]/.test(rest))) return null;
    const key = found[1] ?? found[2] ?? found[3] ?? found[4] ?? '';
    pointer += `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    rest = rest.slice(found[0].length);
  }
  return pointer === '' ? null : pointer;
}
