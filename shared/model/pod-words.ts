/** True for the message of an application that says why one of its pods does not start: `Pod/NAME: reason`. */
export function saysPods({ message }: { readonly message: string }): boolean {
  return /(?:^|[ :])Pod\/\S+: /.test(message);
}
