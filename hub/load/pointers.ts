/** Files that stand in for the one that was meant: what they are, in words, and what to do about them. */
interface Pointer {
  readonly what: string;
  readonly hint: string;
  readonly test: (head: Buffer) => boolean;
}

/** A pointer is told by its first bytes. */
const headBytes = 256;

const pointers: readonly Pointer[] = [
  {
    what: 'a Git LFS pointer',
    hint: 'take manifests out of .gitattributes (git lfs migrate export --include=PATH), and commit the file itself',
    test: (head) => /^version https?:\/\/(?:git-lfs\.github\.com|hawser\.github\.com|git-media\.io)\//.test(text(head)),
  },
  {
    what: 'a git-annex pointer',
    hint: 'run: git annex unannex PATH, and commit the file itself',
    test: (head) => /^(?:\.\.\/)*(?:\.git)?\/annex\/objects\//.test(text(head)),
  },
  {
    what: 'a file that git-crypt encrypted',
    hint: 'take manifests out of .gitattributes: the hub has no key',
    test: (head) => head.subarray(0, 10).equals(Buffer.from('\0GITCRYPT\0')),
  },
];

/** The pointer that a file is; null for a file of its own. */
export function pointerOf(bytes: Uint8Array): Omit<Pointer, 'test'> | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, headBytes));
  return pointers.find(({ test }) => test(head)) ?? null;
}

function text(head: Buffer): string {
  return head.toString('utf8').replace(/^\ufeff/, '');
}
