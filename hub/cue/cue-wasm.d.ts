/** The part of cue-wasm that the worker uses; the package carries no types. */
declare module 'cue-wasm' {
  /** Loads the evaluator; its toJSON returns the JSON text of a CUE source or throws the error as a string. */
  export function init(): Promise<{ readonly toJSON: (source: string) => string }>;
}
