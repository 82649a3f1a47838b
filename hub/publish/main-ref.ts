import { makeCommit, parseCommit } from '../model/commit.ts';
import { makeBlob, type GitObject, type Oid } from '../../shared/lib/git/object.ts';
import { folderTrees, newFolder, place } from '../model/git-tree.ts';
import type { RefMove } from '../model/objects.ts';
import { mainRef } from '../../shared/wire/layout.ts';
import type { HubKeys } from '../keys/types.ts';
import { treeFiles } from '../model/tree-files.ts';
import { instantOf, type PublishDeps } from './types.ts';
import { rootFiles } from '../keys/root-documents.ts';

/** The branch `main`, compared with the root documents: up to date, to be moved, or at an unrecorded commit. */
export type MainPosition =
  | { readonly kind: 'there' }
  | { readonly kind: 'move'; readonly move: RefMove; readonly objects: readonly GitObject[] }
  | { readonly kind: 'diverged'; readonly ref: string };

/** The tree of the branch `main` with all that is below it: the root documents, and words for a person who looks. */
export function mainTree(keys: Pick<HubKeys, 'roots' | 'channel'>): {
  readonly root: Oid;
  readonly objects: GitObject[];
} {
  const folder = newFolder();
  const files = new Map([...rootFiles(keys), ['README.md', Buffer.from(readme(keys.channel))]]);
  const blobs = [...files].map(([path, bytes]) => {
    const blob = makeBlob(bytes);
    place(folder, path.split('/'), blob.oid);
    return blob;
  });
  const { root, trees } = folderTrees(folder);
  return { root, objects: [...trees, ...blobs] };
}

/** Plans the branch with the root documents: made when missing, moved on when versions were added, left alone otherwise. */
export function finishMain({ channel, keys, clock }: PublishDeps): MainPosition {
  const { root, objects } = mainTree(keys);
  const at = channel.refs().get(mainRef) ?? null;
  const found = at === null ? null : channel.read(at);
  const tree = treeOf(found?.body);
  if (tree === root) return { kind: 'there' };
  const wanted = new Map(
    treeFiles({ ...channel, read: (oid) => objects.find((each) => each.oid === oid) ?? null }, root),
  );
  const known = tree === null ? new Map<string, Oid>() : treeFiles(channel, tree);
  const isOlder = [...known].every(([path, oid]) => path === 'README.md' || wanted.get(path) === oid);
  if (found !== null && !isOlder) return { kind: 'diverged', ref: mainRef };
  const time = Math.floor(clock.now() / 1000);
  // A commit whose object was lost cannot be gone on from.
  const parent = found?.oid ?? null;
  const commit = makeCommit({ tree: root, parent, time, message: `root documents at ${instantOf(time * 1000)}` });
  return { kind: 'move', move: { ref: mainRef, from: at, to: commit.oid }, objects: [commit, ...objects] };
}

function treeOf(body: Uint8Array | undefined): Oid | null {
  return body === undefined ? null : parseCommit(body).tree;
}

function readme(channel: string): string {
  return `# A Sluice channel

This repository is written by a Sluice hub (channel ${channel}) and read by the agents of its clusters. Do not push to it:
agents trust signatures, not branches.

| branch | content |
| --- | --- |
| \`main\` | \`root/N.json\`: which keys agents trust |
| \`clusters/NAME\` | \`revision.json\`: all that the cluster NAME must run, and \`objects/\` |
| \`fresh/00\` to \`fresh/ff\` | \`freshness.json\`: which bundles are still current |

Each \`.json\` document has its signatures in the \`.sig\` file beside it.
`;
}
