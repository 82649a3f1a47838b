/** Fails to compile where a union has a member that was not handled, and throws where data lied about its type. */
export function assertNever(value: never): never {
  throw new Error(`not handled: ${JSON.stringify(value)}`);
}
