import type fc from 'fast-check';
import { isSluiceError } from '../../../shared/errors.ts';

/** What a target is given: a text, texts, or bytes. */
export type Input = string | readonly string[] | Uint8Array;

/** A part of the product that reads what strangers write. */
export interface Target<I extends Input = Input> {
  readonly name: string;
  /** Whose words these are. */
  readonly from: string;
  readonly input: fc.Arbitrary<I>;
  /** Thread time that one input may cost, in milliseconds; each is far above what the slowest machine needs. */
  readonly cpuMs: number;
  /** How many inputs the short form in `npm test` tries. */
  readonly short: number;
  /** Makes what reads an input. It may refuse with a coded error; anything else that it throws is a fault. */
  open(): Reader<I> | Promise<Reader<I>>;
}

export interface Reader<I> {
  read(input: I): unknown;
  close?(): unknown;
}

/** Runs a part that may refuse its input: with a coded error that is no bug of ours. */
export async function refusing<T>(run: () => T | Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    if (isSluiceError(error) && error.code !== 'INTERNAL') return null;
    throw error;
  }
}

/** An input as JSON that a person can read, to be kept. */
export function kept(input: Input): unknown {
  return input instanceof Uint8Array ? { base64: Buffer.from(input).toString('base64') } : input;
}

/** The input that was kept. */
export function restored(value: unknown): Input {
  if (typeof value === 'string' || Array.isArray(value)) return value as string | string[];
  return Buffer.from((value as { base64: string }).base64, 'base64');
}
