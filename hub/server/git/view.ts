import { SluiceError } from '../../../shared/errors.ts';
import { isOid, type Oid } from '../../../shared/lib/git/object.ts';
import type { ObjectReader } from '../../model/objects.ts';
import type { Slices } from '../../../shared/lib/slices.ts';
import type { History } from './history.ts';

/** The channel as one caller sees it: the visible refs, sorted, and how to read what they lead to. */
export interface GitView {
  readonly refs: ReadonlyMap<string, Oid>;
  readonly reader: ObjectReader;
  readonly history: History;
  readonly agent: string;
  /** What the caller may read of each ref: its tip alone, or all that led to it. */
  readonly reads: 'tips' | 'history';
  readonly slices: Slices;
}

/** The object name at the start of a protocol value; throws WIRE_INVALID. */
function oidAt(value: string): Oid {
  const oid = value.slice(0, 40);
  if (isOid(oid) && (value.length === 40 || value[40] === ' ')) return oid;
  throw new SluiceError('WIRE_INVALID', 'not an object name');
}

/** The object names at the start of some values, each once; throws WIRE_INVALID. */
export function oidsAt(values: readonly string[]): Oid[] {
  return [...new Set(values.map(oidAt))];
}

/** The number of a `deepen` line; 0 when there is none. */
export function depthOf(value: string | undefined): number {
  const depth = Number(value ?? '0');
  if (Number.isInteger(depth) && depth >= 0 && (value === undefined || depth > 0)) return depth;
  throw new SluiceError('WIRE_INVALID', 'not a depth');
}
