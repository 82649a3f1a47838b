import { isMap } from '../model/json-map.ts';
import type { Steps } from '../model/reporter.ts';

/** The members that a `parameterKey` names: `url`, `data.url`, `list[0].name`, `data["a.b"]`; null for anything else. */
export function keySteps(key: string): Steps | null {
  const steps: (string | number)[] = [];
  const part = /\[(\d+)\]|\["((?:[^"\\]|\\.)+)"\]|(?:^|(?<!^)\.)(?:"((?:[^"\\]|\\.)+)"|([^.[\]"]+))/y;
  while (part.lastIndex < key.length) {
    const [, index, bracketed, quoted, plain] = part.exec(key) ?? [];
    const name = bracketed ?? quoted ?? plain;
    if (index !== undefined) steps.push(Number(index));
    else if (name !== undefined) steps.push(name);
    else return null;
  }
  return steps.length === 0 || steps.some((step) => step === '__proto__') ? null : steps;
}

/** The most items that a key may fill a list up to: a typing error is not to fill the memory. */
const longestList = 1_000;

/** A value with another one at a place of it; what is missing on the way is made. The given value stays as it is. */
export function withValueAt(value: unknown, [step, ...rest]: Steps, inside: unknown): unknown {
  if (step === undefined) return inside;
  if (typeof step === 'number') {
    const items: unknown[] = Array.isArray(value) ? [...(value as unknown[])] : [];
    if (step < longestList) items[step] = withValueAt(items[step], rest, inside);
    return items;
  }
  const members = isMap(value) ? value : {};
  return { ...members, [step]: withValueAt(members[step], rest, inside) };
}

/** True where a place is inside another one, or the other inside of it. */
export function isOnTheWay(a: Steps, b: Steps): boolean {
  const length = Math.min(a.length, b.length);
  return a.slice(0, length).every((step, index) => step === b[index]);
}
